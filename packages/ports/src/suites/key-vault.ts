import { deepEqual, equal, notDeepEqual, ok, rejects } from 'node:assert/strict';
import { createPublicKey, verify } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { isKind } from '../errors.ts';
import type { KeyVault, Signer } from '../key-vault.ts';

export type KeyVaultFixture = {
  /** The vault on the same stored keys, opened once more, as after a restart or by another process. */
  reopen(): Promise<KeyVault>;
  /** Lets others read the stored keys, opens, and takes it back; undefined where the engine has no such files. */
  reopenExposed?: () => Promise<KeyVault>;
  /** Damages the stored keys, then opens; for good. */
  reopenDamaged?: () => Promise<KeyVault>;
  close(): Promise<void>;
};

const data = new TextEncoder().encode('what is signed');

const verifies = async (signer: Signer): Promise<boolean> => {
  const { algorithm, publicKey } = signer;
  const key = createPublicKey({ key: Buffer.from(publicKey), type: 'spki', format: 'der' });
  const signature = await signer.sign(data);
  equal(signature.length, 64);
  return algorithm === 'Ed25519'
    ? verify(null, data, key, signature)
    : verify('sha256', data, { key, dsaEncoding: 'ieee-p1363' }, signature);
};

export const keyVaultSuite = (name: string, openFixture: () => Promise<KeyVaultFixture>): void => {
  describe(`KeyVault: ${name}`, () => {
    let fixture: KeyVaultFixture;
    before(async () => {
      fixture = await openFixture();
    });
    after(() => fixture.close());

    it('signs what others verify, Ed25519 and ES256', async () => {
      const vault = await fixture.reopen();
      ok(await verifies(await vault.signer('record-log', 'Ed25519')));
      ok(await verifies(await vault.signer('ledger-identity', 'ES256')));
      for (const algorithm of ['ES256', 'ES384'] as const) {
        const jwk = await vault.privateJwk(`client:${algorithm}`, algorithm);
        deepEqual([jwk.alg, jwk['kty'], jwk['crv']], [algorithm, 'EC', algorithm === 'ES256' ? 'P-256' : 'P-384']);
        ok(jwk.kid.length > 0 && typeof jwk['d'] === 'string');
      }
    });

    it('has a key for each name, and refuses one for another algorithm', async () => {
      const vault = await fixture.reopen();
      const [records, access] = await Promise.all([
        vault.signer('record-log', 'Ed25519'),
        vault.signer('access-log', 'Ed25519'),
      ]);
      notDeepEqual(records.publicKey, access.publicKey);
      await rejects(vault.signer('record-log', 'ES256'), (error) => isKind(error, 'misconfigured'));
    });

    it('law 1: keeps what it returned over a restart', async () => {
      const [first, second] = [await fixture.reopen(), await fixture.reopen()];
      const signer = await first.signer('ledger-blocks', 'ES256');
      deepEqual((await second.signer('ledger-blocks', 'ES256')).publicKey, signer.publicKey);
      const secret = await first.secret('page-tokens');
      equal(secret.length, 32);
      const later = await fixture.reopen();
      deepEqual(await later.secret('page-tokens'), secret);
      deepEqual(await later.privateJwk('token-signing', 'ES384'), await second.privateJwk('token-signing', 'ES384'));
    });

    it('law 2: gives all who ask for a new name at once the same key', async () => {
      const vaults = await Promise.all([fixture.reopen(), fixture.reopen(), fixture.reopen()]);
      const signers = await Promise.all(
        [...vaults, ...vaults].map((vault) => vault.signer('ledger-identity:shared', 'ES256')),
      );
      equal(new Set(signers.map(({ publicKey }) => Buffer.from(publicKey).toString('hex'))).size, 1);
    });

    it('law 3: refuses keys that others can read', async (context) => {
      if (fixture.reopenExposed === undefined) return context.skip('no files of its own');
      await rejects(fixture.reopenExposed(), (error) => isKind(error, 'misconfigured'));
      await fixture.reopen();
    });

    it('law 4: refuses a damaged keyring, and goes on refusing', async (context) => {
      if (fixture.reopenDamaged === undefined) return context.skip('no files of its own');
      await rejects(fixture.reopenDamaged(), (error) => isKind(error, 'corrupt'));
      await rejects(fixture.reopen(), (error) => isKind(error, 'corrupt'));
    });
  });
};
