import { equal, ok } from 'node:assert/strict';
import { it } from 'node:test';
import { anchoredProof } from '../testing/anchored-proof.ts';
import { recordedFabricProof } from '../testing/recorded-fabric-proof.ts';
import { verifyProof } from '../verify-proof.ts';
import { receiptTimestamp } from './receipt-timestamp.ts';

it('reads the time that a verifier finds, of both kinds of ledger', async () => {
  const resource = '{"id":"o1","meta":{"versionId":"1"},"resourceType":"Observation"}';
  for (const { proof, trust } of [await anchoredProof(resource), await recordedFabricProof()]) {
    const verified = await verifyProof(proof, trust);
    ok(verified.outcome === 'proved');
    equal(receiptTimestamp(proof.receipt), new Date(verified.ledger.timestamp).toISOString());
  }
});

it('reads none in what is no receipt', () => {
  for (const other of [undefined, {}, { type: 'embedded' }, { type: 'fabric', transaction: 'AAAA' }])
    equal(receiptTimestamp(other), undefined);
  equal(receiptTimestamp({ type: 'embedded', transaction: { proposal: { timestamp: 'yesterday' } } }), undefined);
});
