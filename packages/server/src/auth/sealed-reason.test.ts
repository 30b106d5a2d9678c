import { equal, match, notEqual, ok, rejects } from 'node:assert/strict';
import { it } from 'node:test';
import { exportJWK, generateKeyPair } from 'jose';
import { openReason, sealReason } from './sealed-reason.ts';

const newKey = async () => {
  const { privateKey } = await generateKeyPair('ES384', { extractable: true });
  return { ...(await exportJWK(privateKey)), kid: 'k', alg: 'ES384' };
};

it('B13 the reason in a token is for those alone who have the token key, and nobody else can write one', async () => {
  const [key, other] = [await newKey(), await newKey()];
  const sealed = await sealReason('overdose', key);
  match(sealed, /^[\w-]+\.\.[\w-]+\.[\w-]+\.[\w-]+$/);
  ok(!Buffer.from(sealed.split('.')[3] ?? '', 'base64url').includes('overdose'));
  notEqual(sealed, await sealReason('overdose', key));
  equal(await openReason(sealed, key), 'overdose');
  await rejects(openReason(sealed, other));
  await rejects(openReason(await sealReason('overdose', other), key));
  await rejects(openReason('overdose', key));
});
