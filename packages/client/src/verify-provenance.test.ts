import { deepEqual, equal, ok } from 'node:assert/strict';
import { it } from 'node:test';
import { anchoredProof } from './testing/anchored-proof.ts';
import { verifyProvenance } from './verify-provenance.ts';

const { proof, trust } = await anchoredProof('{"id":"o1","meta":{"versionId":"2"},"resourceType":"Observation"}');
const base64 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64');
const signature = { sigFormat: 'application/vnd.chartseal.proof+json', data: base64(proof) };
const provenance = {
  resourceType: 'Provenance',
  target: [{ reference: 'Observation/o1/_history/2' }],
  signature: [signature],
};

it('verifies the proof in a Provenance of the version that it is about', async () => {
  for (const reference of ['Observation/o1/_history/2', 'https://a.example/fhir/Observation/o1/_history/2']) {
    const verified = await verifyProvenance({ ...provenance, target: [{ reference }] }, trust);
    ok(verified.outcome === 'proved');
    deepEqual(verified.version.id, 'o1');
  }
  const others = [{ sigFormat: 'application/jose', data: '' }, signature];
  equal((await verifyProvenance({ ...provenance, signature: others }, trust)).outcome, 'proved');
});

it('proves nothing of another version, and nothing by another or an altered proof', async () => {
  const cases: readonly (readonly [object, string])[] = [
    [{ resourceType: 'Observation' }, 'malformed resourceType'],
    [{ target: [{ reference: 'Observation/o1/_history/1' }] }, 'malformed target'],
    [{ target: [{ reference: 'Observation/o1' }] }, 'malformed target'],
    [{ target: [...provenance.target, { reference: 'Observation/o2/_history/1' }] }, 'malformed target'],
    [{ target: [] }, 'malformed target'],
    [{ signature: [] }, 'malformed signature'],
    [{ signature: [signature, signature] }, 'malformed signature'],
    [{ signature: [{ ...signature, data: 'x' }] }, 'malformed signature'],
    [{ signature: [{ ...signature, data: btoa('{"resource":"","resource":""}') }] }, 'malformed signature'],
    [{ signature: [{ ...signature, data: base64({ ...proof, key: btoa('0'.repeat(32)) }) }] }, 'commitment '],
    [{ signature: [{ ...signature, data: base64({ type: 'chartseal-erasure/v1' }) }] }, 'malformed network'],
  ];
  for (const [change, expected] of cases) {
    const refuted = await verifyProvenance({ ...provenance, ...change }, trust);
    ok(refuted.outcome === 'refuted', expected);
    equal(`${refuted.fault} ${refuted.at ?? ''}`, expected);
  }
});
