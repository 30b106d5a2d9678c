import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { base64url, CompactSign, importJWK } from 'jose';
import { code, custodian, Device, handle, network, otherHandle } from '../testing/patient.ts';
import { consentCommitment, enrolmentCodeHash, payloadDigest, verifyCommitment } from './commitment.ts';
import { currentSigners, signersAt, type HeldSignature } from './current-signers.ts';
import { DirectiveError, type DirectiveErrorCode } from './directive-error.ts';
import { parseDirective } from './directive.ts';
import { parseEnrolment, verifyEnrolment } from './enrolment.ts';
import { thumbprint } from './public-key.ts';
import { signDirective, signKeyProof } from './sign.ts';
import { verifyDirective } from './verify-directive.ts';

const device = await Device.make();
const thief = await Device.make();
const consentId = '11111111-2222-4333-8444-555555555555';
const kid = await thumbprint(device.key.publicKey);
const directiveHeader = { alg: 'ES256', kid, typ: 'chartseal-directive+jws' };
const revocation = {
  type: 'chartseal-directive/v1',
  network,
  patient: handle,
  issuedAt: '2026-11-01T00:00:00Z',
  operation: 'revoke',
  consentId,
};

/** Signs any bytes under any header, as an attacker who has the key could. */
const signRaw = async (header: string, payload: string, by: Device = device): Promise<string> => {
  const key = await crypto.subtle.importKey(
    'jwk',
    { ...by.key.privateJwk },
    { name: 'ECDSA', namedCurve: 'P-256' },
    false,
    ['sign'],
  );
  const input = `${base64url.encode(header)}.${base64url.encode(payload)}`;
  const signature = await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, key, new TextEncoder().encode(input));
  return `${input}.${base64url.encode(new Uint8Array(signature))}`;
};
const signJson = (header: object, payload: object): Promise<string> =>
  signRaw(JSON.stringify(header), JSON.stringify(payload));

const verify = (jws: string, by: Device = device) => verifyDirective(jws, { network, keyOf: () => by.key.publicKey });
const refusedAs = (expected: DirectiveErrorCode) => (error: unknown) => {
  assert.ok(error instanceof DirectiveError, String(error));
  assert.equal(error.code, expected);
  return true;
};
const refuses = (work: Promise<unknown>, expected: DirectiveErrorCode) => assert.rejects(work, refusedAs(expected));

describe('A2 what is signed binds network, handle, sequence, consentId and commitment', () => {
  it('reads back each operation as it was signed', async () => {
    const next = await Device.make();
    const put = await verify(await device.put(1, 'terms', consentId));
    assert.equal(put.operation, 'put');
    assert.deepEqual(
      { ...put, issuedAt: 0 },
      {
        operation: 'put',
        network,
        patient: handle,
        issuedAt: 0,
        sequence: 1,
        consentId,
        consentCommitment: put.operation === 'put' ? put.consentCommitment : '',
      },
    );
    const rotated = await verify(await device.rotate(2, next));
    assert.deepEqual(rotated.operation === 'rotate-key' && rotated.publicKey, next.key.publicKey);
    assert.equal((await verify(await device.freeze())).operation, 'freeze');
    assert.equal((await verify(await device.unfreeze(3))).operation, 'unfreeze');
    assert.equal((await verify(await device.revoke(consentId))).operation, 'revoke');
  });

  it('takes no other key, network, handle or altered text', async () => {
    const jws = await device.put(1, 'terms');
    const [header, payload, signature] = jws.split('.') as [string, string, string];
    await refuses(verify(jws, thief), 'key');
    await refuses(
      verify(await signRaw(JSON.stringify(directiveHeader), JSON.stringify(revocation), thief)),
      'signature',
    );
    await refuses(verifyDirective(jws, { network: 'cd'.repeat(32), keyOf: () => device.key.publicKey }), 'network');
    await refuses(verifyDirective(jws, { network, keyOf: () => undefined }), 'patient');
    await refuses(
      verifyDirective(jws, { network, patient: otherHandle, keyOf: () => device.key.publicKey }),
      'patient',
    );
    const altered = base64url.encode(
      new TextDecoder().decode(base64url.decode(payload)).replace('"sequence":1', '"sequence":2'),
    );
    await refuses(verify(`${header}.${altered}.${signature}`), 'signature');
    await refuses(verify(`${header}.${payload}.${signature.slice(0, -4)}`), 'signature');
  });

  it('refuses every header but exactly alg, kid and typ', async () => {
    const payload = JSON.stringify(revocation);
    const headers = [
      JSON.stringify({ ...directiveHeader, b64: true }),
      JSON.stringify({ ...directiveHeader, crit: ['x'], x: 1 }),
      JSON.stringify({ ...directiveHeader, jwk: device.key.publicKey }),
      JSON.stringify({ ...directiveHeader, alg: 'none' }),
      JSON.stringify({ ...directiveHeader, alg: 'ES384' }),
      JSON.stringify({ ...directiveHeader, typ: 'chartseal-enrolment+jws' }),
      JSON.stringify({ alg: 'ES256', typ: directiveHeader.typ }),
      JSON.stringify(directiveHeader).replace('{', '{"alg":"none",'),
      JSON.stringify(directiveHeader).replace('{', '{"\\u0061lg":"ES256",'),
      `\ufeff${JSON.stringify(directiveHeader)}`,
      '[]',
    ];
    for (const header of headers) await refuses(verify(await signRaw(header, payload)), 'header');
    await refuses(verify('a.b'), 'header');
    await refuses(verify(`${await signRaw(JSON.stringify(directiveHeader), payload)}.`), 'header');
    await refuses(verify(JSON.stringify({ payload: '', signatures: [] })), 'header');
    await refuses(verify(await signRaw(JSON.stringify({ ...directiveHeader, kid: 'other' }), payload)), 'key');
  });

  it('refuses every payload but exactly the members of its operation', async () => {
    const payloads = [
      { ...revocation, sequence: 1 },
      { ...revocation, note: 'x' },
      { ...revocation, consentId: 'not-a-uuid' },
      { ...revocation, type: 'chartseal-directive/v2' },
      { ...revocation, operation: 'toString' },
      { ...revocation, operation: 'grant' },
      { ...revocation, issuedAt: 'yesterday' },
      { ...revocation, issuedAt: '2026-11-01T00:00:00' },
      { ...revocation, patient: 'short' },
      { ...revocation, operation: 'unfreeze' },
      { ...revocation, operation: 'put', sequence: 0, consentCommitment: 'A'.repeat(43) },
      { ...revocation, operation: 'put', sequence: 1, consentCommitment: 'A'.repeat(42) },
      { ...revocation, operation: 'put', sequence: 1.5, consentCommitment: 'A'.repeat(43) },
      { ...revocation, operation: 'put', sequence: '1', consentCommitment: 'A'.repeat(43) },
    ];
    for (const payload of payloads) await refuses(verify(await signJson(directiveHeader, payload)), 'payload');
    const twice = JSON.stringify(revocation).replace('{', `{"patient":"${otherHandle}",`);
    await refuses(verify(await signRaw(JSON.stringify(directiveHeader), twice)), 'payload');
    await refuses(verify(await signRaw(JSON.stringify(directiveHeader), 'null')), 'payload');
  });

  it('reads issuedAt as RFC 3339 text, seconds or milliseconds', async () => {
    const at = Date.UTC(2026, 10, 1);
    for (const issuedAt of ['2026-11-01T01:00:00.000+01:00', at, at / 1000]) {
      assert.equal(parseDirective(await signJson(directiveHeader, { ...revocation, issuedAt })).issuedAt, at);
    }
  });

  it('binds the terms by a commitment that hides them', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), fc.uint8Array(), fc.nat(), (key, terms, at) => {
        const commitment = consentCommitment(key, terms);
        assert.ok(verifyCommitment(key, terms, commitment));
        const otherKey = key.with(at % 32, (key[at % 32] ?? 0) ^ 1);
        assert.ok(!verifyCommitment(otherKey, terms, commitment));
        assert.ok(!verifyCommitment(key, new Uint8Array([...terms, 0]), commitment));
      }),
    );
    assert.ok(!verifyCommitment(new Uint8Array(31), new Uint8Array(), 'A'.repeat(43)));
    assert.throws(() => consentCommitment(new Uint8Array(16), new Uint8Array()), refusedAs('commitment'));
  });

  it('names the payload, not the signature', async () => {
    const [first, second] = await Promise.all([0, 0].map(() => signJson(directiveHeader, revocation)));
    assert.notEqual(first, second);
    assert.equal(payloadDigest(first ?? ''), payloadDigest(second ?? ''));
    assert.notEqual(payloadDigest(first ?? ''), payloadDigest(await device.revoke(consentId)));
  });
});

describe('enrolment (DESIGN §6 Consent 2)', () => {
  const expected = { network, custodian, codeHash: enrolmentCodeHash(code) };

  it('is signed by the key it carries, for this network, custodian and code', async () => {
    const jws = await device.enrol();
    const { publicKey } = device.key;
    assert.deepEqual(
      await verifyEnrolment(jws, { ...expected, publicKey: { ...publicKey, kid, use: 'sig' } }),
      parseEnrolment(jws),
    );
    await refuses(verifyEnrolment(jws, { ...expected, network: 'cd'.repeat(32) }), 'network');
    await refuses(verifyEnrolment(jws, { ...expected, custodian: 'hospital-b' }), 'custodian');
    await refuses(verifyEnrolment(jws, { ...expected, codeHash: enrolmentCodeHash('guess') }), 'code');
    await refuses(verifyEnrolment(jws, { ...expected, publicKey: thief.key.publicKey }), 'key');
  });

  it('refuses a key that is not P-256, not on the curve, or private', async () => {
    const { payload } = { payload: parseEnrolment(await device.enrol()) };
    const header = { alg: 'ES256', kid, typ: 'chartseal-enrolment+jws' };
    const proof = (publicKey: object) => signJson(header, { type: 'chartseal-enrolment/v1', ...payload, publicKey });
    const { x, y } = device.key.publicKey;
    for (const key of [
      device.key.privateJwk,
      { kty: 'EC', crv: 'P-384', x, y },
      { kty: 'EC', crv: 'P-256', x },
      { kty: 'EC', crv: 'P-256', x, y: x },
      { kty: 'EC', crv: 'P-256', x, y, alg: 'ES384' },
    ]) {
      await refuses(verifyEnrolment(await proof(key), expected), 'key');
    }
    const offCurve = { kty: 'EC', crv: 'P-256', x, y: x } as const;
    const ownKid = { ...header, kid: await thumbprint(offCurve) };
    const jws = await signJson(ownKid, { type: 'chartseal-enrolment/v1', ...payload, publicKey: offCurve });
    await refuses(verifyEnrolment(jws, expected), 'key');
  });

  it('is no directive, and a directive is no enrolment', async () => {
    await refuses(verify(await device.enrol()), 'header');
    await refuses(verifyEnrolment(await device.freeze(), { network }), 'header');
  });
});

describe('A4 rotation of the key', () => {
  const rotation = async (proof: string, publicKey = thief.key.publicKey) =>
    verify(
      await signDirective(
        { network, patient: handle, issuedAt: 0, operation: 'rotate-key', sequence: 4, publicKey, newKeyProof: proof },
        device.key,
      ),
    );

  it('needs the countersignature of the very key, for this network, handle and sequence', async () => {
    const proof = { network, patient: handle, sequence: 4 };
    await rotation(await signKeyProof(proof, thief.key));
    await refuses(rotation(await signKeyProof(proof, device.key)), 'key');
    await refuses(rotation(await signKeyProof({ ...proof, sequence: 5 }, thief.key)), 'sequence');
    await refuses(rotation(await signKeyProof({ ...proof, patient: otherHandle }, thief.key)), 'patient');
    await refuses(rotation(await signKeyProof({ ...proof, network: 'ef'.repeat(32) }, thief.key)), 'network');
    const wrongTyp = new CompactSign(new TextEncoder().encode(JSON.stringify(proof))).setProtectedHeader({
      ...directiveHeader,
      kid: await thumbprint(thief.key.publicKey),
    });
    await refuses(rotation(await wrongTyp.sign(await importJWK({ ...thief.key.privateJwk }, 'ES256'))), 'header');
  });

  it('A4 makes the chain of keys, each verified by the one before', async () => {
    const [second, third] = [await Device.make(), await Device.make()];
    const enrolmentJws = await device.enrol();
    const word = (jws: string, sequence: number, state: 'committed' | 'pending'): HeldSignature => ({
      operation: 'rotate-key',
      digest: payloadDigest(jws),
      jws,
      sequence,
      receivedAt: 0,
      ledger: { state },
    });
    const keyOf = async (held: readonly HeldSignature[], at?: { digest: string; sequence?: number }) => {
      const chain = { enrolmentJws, held, registrars: [] };
      const signers = await (at === undefined ? currentSigners(chain) : signersAt(chain, at));
      return signers.kind === 'own' ? signers.patient : undefined;
    };
    const first = word(await device.rotate(2, second), 2, 'committed');
    const pending = word(await second.rotate(5, third), 5, 'pending');
    assert.deepEqual(await keyOf([]), device.key.publicKey);
    assert.deepEqual(await keyOf([pending, first]), second.key.publicKey);
    const later = word(pending.jws, 5, 'committed');
    assert.deepEqual(await keyOf([later, first]), third.key.publicKey);
    assert.deepEqual(await keyOf([later, first], first), device.key.publicKey);
    assert.deepEqual(await keyOf([later, first], { digest: '', sequence: 3 }), second.key.publicKey);
    await refuses(keyOf([word(await thief.rotate(2, thief), 2, 'committed')]), 'key');
  });
});
