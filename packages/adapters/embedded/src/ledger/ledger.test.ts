import { ok } from 'node:assert/strict';
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ledgerSuite } from '@chartseal/ports/suites';
import type { Ledger } from '@chartseal/ports';
import { verifyEmbeddedReceipt } from '@chartseal/client';
import { ledgerFileName } from './open.ts';
import type { OpenLedger } from './open.ts';
import { temporaryDirectory, testNetwork } from './test-network.ts';

const network = testNetwork('HospitalA', 'HospitalB');

const connectAll = (ledger: OpenLedger): readonly [Ledger, Ledger] => [
  ledger.connect({ mspId: 'HospitalA', signer: network.signers.get('HospitalA')! }),
  ledger.connect({ mspId: 'HospitalB', signer: network.signers.get('HospitalB')! }),
];

ledgerSuite('embedded', async () => {
  let directory = await temporaryDirectory();
  let ledger = await network.open(directory);
  return {
    network: ledger.network,
    ledgers: connectAll(ledger),
    crash: async () => {
      // What a process leaves that is killed now: the file as it is.
      const next = await temporaryDirectory();
      await copyFile(join(directory, ledgerFileName), join(next, ledgerFileName));
      await ledger.close();
      directory = next;
      ledger = await network.open(directory);
      return connectAll(ledger);
    },
    verifyReceipt: async (receipt, transactionId) => {
      const trust = { network: ledger.network, ledgerPublicKey: ledger.ledgerPublicKey };
      const expectation = { contract: 'directory', stateKey: 'directory/entry/hospitala', value: { id: 'hospitala' } };
      const verification = await verifyEmbeddedReceipt(JSON.parse(JSON.stringify(receipt)), trust, expectation);
      ok(verification.outcome === 'proved' && verification.transactionId === transactionId);
    },
    stop: () => ledger.close(),
    close: () => ledger.close(),
  };
});
