import { deepEqual, equal, ok } from 'node:assert/strict';
import { it } from 'node:test';
import { anchoredProof } from './testing/anchored-proof.ts';
import { proveBundle, verifyBundle } from './verify-bundle.ts';

const resource = { id: 'o1', meta: { versionId: '2' }, resourceType: 'Observation' };
const { proof, trust } = await anchoredProof(JSON.stringify(resource));
const provenance = (file: unknown = proof, version = 2): object => ({
  resourceType: 'Provenance',
  id: 'anchor-x-2',
  meta: { versionId: '7', security: [{ code: 'R' }] },
  target: [{ reference: `Observation/o1/_history/${version}` }],
  signature: [
    { sigFormat: 'application/vnd.chartseal.proof+json', data: Buffer.from(JSON.stringify(file)).toString('base64') },
  ],
});
const bundleOf = (...resources: readonly object[]): Uint8Array =>
  Buffer.from(JSON.stringify({ resourceType: 'Bundle', entry: resources.map((each) => ({ resource: each })) }));

it('proves entries by the Provenances that came with them, and asks for no other proof of those', async () => {
  const asked: string[] = [];
  const fetchProof = async (record: string, version: string): Promise<undefined> => {
    asked.push(`${record}/${version}`);
    return undefined;
  };
  const file = await proveBundle(bundleOf(resource, provenance()), fetchProof);
  deepEqual(asked, ['Provenance/anchor-x-2/7']);
  const verified = await verifyBundle(file, trust);
  ok(verified.outcome === 'bundle-proved', JSON.stringify(verified));
  deepEqual(
    verified.entries.map(({ kind, reference }) => [kind, reference]),
    [
      ['proved', 'Observation/o1/_history/2'],
      ['provenance', 'Provenance/anchor-x-2/_history/7'],
    ],
  );
});

it('is broken by an altered entry, or by a Provenance whose proof does not hold', async () => {
  const faultOf = async (bundle: Uint8Array, proofs: readonly unknown[] = []): Promise<string> => {
    const { bundle: bytes } = (await proveBundle(bundle, async () => undefined)) as { bundle: string };
    const verified = await verifyBundle({ type: 'chartseal-proofs/v1', bundle: bytes, proofs }, trust);
    return verified.outcome === 'refuted' ? `${verified.fault} ${verified.at ?? ''}` : verified.outcome;
  };
  const altered = { ...resource, status: 'final' };
  const otherKey = { ...proof, key: btoa('0'.repeat(32)) };
  equal(await faultOf(bundleOf(resource), [proof]), 'bundle-proved');
  equal(await faultOf(bundleOf(resource)), 'malformed Bundle.entry[0] type');
  equal(await faultOf(bundleOf(altered, provenance())), 'malformed Bundle.entry[0] type');
  equal(await faultOf(bundleOf(resource, provenance(otherKey))), 'commitment Bundle.entry[0]');
  equal(await faultOf(bundleOf(provenance(otherKey))), 'commitment Bundle.entry[0]');
  const ofAnother = { ...provenance(proof, 1), meta: { versionId: '7' } };
  equal(await faultOf(bundleOf(ofAnother)), 'malformed Bundle.entry[0] type');
});
