import { deepEqual, equal, ok } from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { it } from 'node:test';
import { anything, assert, asyncProperty, constantFrom, nat } from 'fast-check';
import { anchoredProof, type ProofJson } from './testing/anchored-proof.ts';
import { origin } from './testing/logged-version.ts';
import { proofVerdicts } from './testing/proof-verdicts.ts';
import { verifyProof as verifyOnNode } from './verify-proof-node.ts';
import { verifyProof } from './verify-proof.ts';

const observation =
  '{"id":"o1","meta":{"versionId":"2"},"note":[{"text":"😀"}],"resourceType":"Observation","valueQuantity":{"value":1.10}}';
const anchored = await anchoredProof(observation);
const other = await anchoredProof(observation.replace('1.10', '1.1'), { leafIndex: 0, treeSize: 3 });
const { proof, trust } = anchored;

const faultOf = async (changed: Partial<ProofJson>, trusted: Partial<typeof trust> = {}): Promise<string> => {
  const verification = await verifyProof({ ...proof, ...changed }, { ...trust, ...trusted });
  return verification.outcome === 'refuted' ? `${verification.fault} ${verification.at ?? ''}`.trim() : 'proved';
};

/** Another resource under its own true commitment. */
const committed = (text: string): Partial<ProofJson> => {
  const bytes = Buffer.from(text);
  const entry = createHmac('sha256', Buffer.from(proof.key, 'base64')).update(bytes).digest('base64');
  return { resource: bytes.toString('base64'), entry };
};

it('leads from the bytes of a version to the ledger, and says what it does not show', async () => {
  const verification = await verifyProof(JSON.parse(JSON.stringify(proof)), trust);
  ok(verification.outcome === 'proved');
  const { version, log, ledger, network, notProved } = verification;
  deepEqual(version, { resourceType: 'Observation', id: 'o1', versionId: '2', state: 'content' });
  deepEqual(log, { origin, leafIndex: 4, treeSize: 7 });
  deepEqual([ledger.mspId, network], ['A', trust.network]);
  ok(ledger.blockNumber > 0 && ledger.transactionId.length === 64);
  deepEqual(notProved, ['newest', 'complete', 'ledger-independent']);
});

it('proves a deletion as one', async () => {
  const text = '{"deleted":true,"id":"o1","meta":{"versionId":"3"},"resourceType":"Observation"}';
  const deletion = await anchoredProof(text, { leafIndex: 0, treeSize: 1 });
  const verification = await verifyProof(deletion.proof, deletion.trust);
  ok(verification.outcome === 'proved' && verification.version.state === 'deletion');
});

it('names the link that broke', async () => {
  equal(await faultOf({ type: 'chartseal-proof/v2' }), 'malformed type');
  equal(await faultOf({ key: proof.key.slice(4) }), 'malformed key');
  equal(await faultOf({ resource: `${proof.resource}\n` }), 'malformed resource');
  equal(await faultOf(committed('{"resourceType":"Observation"}')), 'not-canonical');
  equal(await faultOf(committed(observation.replace('"id":"o1",', '"id": "o1",'))), 'not-canonical');
  equal(await faultOf(committed(observation.replace('{', '{"id":"o2",'))), 'not-canonical');
  equal(await faultOf({ resource: other.proof.resource }), 'commitment');
  equal(await faultOf({ key: other.proof.key }), 'commitment');
  equal(await faultOf({ entry: other.proof.entry }), 'commitment');
  equal(await faultOf(committed(observation.replace('1.10', '1.1'))), 'inclusion');
  equal(await faultOf({ network: other.proof.network }), 'network');
  equal(await faultOf({ proof: proof.proof.replace('tlog-proof@v1', 'tlog-proof@v2') }), 'tlog-proof');
  equal(await faultOf({ proof: proof.proof.replace('index 4', 'index 5') }), 'inclusion');
  equal(await faultOf({ proof: proof.proof.replace('index 4', 'index 7') }), 'inclusion');
  equal(await faultOf({ proof: proof.proof.replace('index 4\n', `index 4\n${'A'.repeat(43)}=\n`) }), 'inclusion');
  equal(await faultOf({ proof: proof.proof.replace(`${origin}\n7\n`, `${origin}\n8\n`) }), 'checkpoint');
  equal(await faultOf({ proof: other.proof.proof }), 'checkpoint');
  equal(await faultOf({ proof: proof.proof.replaceAll(origin, 'b.example/records') }), 'log b.example/records');
  equal(await faultOf({ receipt: { ...proof.receipt, type: 'fabric' } }), 'receipt-type fabric');
  equal(await faultOf({ receipt: other.proof.receipt }), 'receipt network');
});

it('trusts what the trust file pins and nothing else', async () => {
  equal(await faultOf({}, { network: other.trust.network }), 'network');
  equal(await faultOf({}, { logs: other.trust.logs }), 'checkpoint');
  equal(await faultOf({}, { logs: [...other.trust.logs, ...trust.logs] }), 'proved');
  equal(await faultOf({}, { ledger: other.trust.ledger }), 'receipt ledger-key');
});

it('refuses a true leaf of a checkpoint that the ledger does not hold', async () => {
  const { proof: unanchored, trust: itsLog } = other;
  const mixed = { ...unanchored, network: proof.network, receipt: proof.receipt };
  const verification = await verifyProof(mixed, { ...trust, logs: itsLog.logs });
  deepEqual(verification, { outcome: 'refuted', fault: 'receipt', at: 'not-written' });
});

it('refuses a proof in which any bit of any member is flipped', async () => {
  const members = ['type', 'network', 'resource', 'key', 'entry', 'proof', 'receipt'] as const;
  await assert(
    asyncProperty(constantFrom(...members), nat(100_000), nat(7), async (member, position, bit) => {
      const value = proof[member];
      const bytes = Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
      bytes[position % bytes.length]! ^= 1 << bit;
      const text = bytes.toString();
      let changed: unknown = text;
      if (typeof value !== 'string') {
        try {
          changed = JSON.parse(text);
        } catch {
          return;
        }
      }
      equal((await verifyProof({ ...proof, [member]: changed }, trust)).outcome, 'refuted');
    }),
    { numRuns: 500 },
  );
});

it('refuses any other shape without throwing', async () => {
  const members = constantFrom('resource', 'key', 'entry', 'proof', 'receipt', 'network');
  await assert(
    asyncProperty(members, anything(), async (member, value) => {
      equal((await verifyProof({ ...proof, [member]: value }, trust)).outcome, 'refuted');
      equal((await verifyProof(value, trust)).outcome, 'refuted');
    }),
  );
});

for (const [where, verify] of Object.entries({ portable: verifyProof, 'on Node': verifyOnNode }))
  it(`finds of every proof what there is to find: ${where}`, async () => {
    for (const { name, proof: shown, trust: trusted, verdict } of await proofVerdicts()) {
      const found = await verify(shown, trusted);
      equal(found.outcome === 'proved' ? 'proved' : `${found.fault} ${found.at ?? ''}`.trim(), verdict, name);
    }
  });
