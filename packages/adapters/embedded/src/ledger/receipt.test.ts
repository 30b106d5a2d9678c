import { deepEqual, equal, ok } from 'node:assert/strict';
import { it } from 'node:test';
import { verifyEmbeddedReceipt } from '@chartseal/client';
import { anything, assert, asyncProperty, nat, record } from 'fast-check';
import { found, memberEntry, openConsortium } from './test-network.ts';

async function receiptOfUpdate() {
  const consortium = await openConsortium('A', 'B');
  await found(consortium, [memberEntry('A'), memberEntry('B')]);
  const { ledger, connection } = consortium;
  const args = [JSON.stringify({ witnessUrl: 'https://witness.example/' })];
  const call = { contract: 'directory', transaction: 'UpdateOwn', args } as const;
  const neighbours = await Promise.all([connection('A').submit(call), connection('B').submit(call)]);
  const receipt = JSON.stringify(await connection('A').receipt(neighbours[0].transactionId));
  const trust = { network: ledger.network, ledgerPublicKey: ledger.ledgerPublicKey };
  await ledger.close();
  return { receipt, trust, neighbours };
}

const value = { witnessUrl: 'https://witness.example/' };
const expectation = { contract: 'directory', stateKey: 'directory/entry/a', value };

it('a receipt proves what it says, to those who trust that network and key alone', async () => {
  const { receipt, trust, neighbours } = await receiptOfUpdate();
  const parsed: unknown = JSON.parse(receipt);
  const verification = await verifyEmbeddedReceipt(parsed, trust, expectation);
  ok(verification.outcome === 'proved');
  const { transactionId, blockNumber } = neighbours[0];
  deepEqual(
    [verification.transactionId, verification.blockNumber, verification.mspId],
    [transactionId, blockNumber, 'A'],
  );

  const faultWith = async (changedTrust: object, changedExpectation: object): Promise<string> => {
    const trusted = { ...trust, ...changedTrust };
    const checked = await verifyEmbeddedReceipt(parsed, trusted, { ...expectation, ...changedExpectation });
    return checked.outcome === 'refuted' ? checked.fault : checked.outcome;
  };
  equal(await faultWith({ network: '0'.repeat(64) }, {}), 'network');
  equal(await faultWith({ ledgerPublicKey: 'AAAA' }, {}), 'ledger-key');
  equal(await faultWith({}, { contract: 'anchor' }), 'other-contract');
  equal(await faultWith({}, { stateKey: 'directory/entry/b' }), 'not-written');
  equal(await faultWith({}, { value: { witnessUrl: 'https://other.example/' } }), 'not-written');
});

it('a receipt with any bit flipped proves nothing', async () => {
  const { receipt, trust } = await receiptOfUpdate();
  const whole = Buffer.from(receipt);
  const flip = record({ position: nat(whole.length - 1), bit: nat(7) });
  await assert(
    asyncProperty(flip, async ({ position, bit }) => {
      const broken = Buffer.from(whole);
      broken[position]! ^= 1 << bit;
      let parsed: unknown;
      try {
        parsed = JSON.parse(broken.toString());
      } catch {
        return;
      }
      equal((await verifyEmbeddedReceipt(parsed, trust, expectation)).outcome, 'refuted');
    }),
    { numRuns: 300 },
  );
});

it('no shape of receipt makes the verifier throw', async () => {
  const trust = { network: '0'.repeat(64), ledgerPublicKey: 'AAAA' };
  await assert(
    asyncProperty(anything(), async (receipt) => {
      equal((await verifyEmbeddedReceipt(receipt, trust, expectation)).outcome, 'refuted');
    }),
  );
});
