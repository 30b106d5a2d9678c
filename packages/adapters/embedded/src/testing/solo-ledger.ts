import type { DirectoryEntry, FoundingDocument } from '@chartseal/contracts';
import type { Ledger } from '@chartseal/ports';
import { testNetwork } from '../ledger/test-network.ts';

/** A ledger of one hospital, with the directory founded: for tests of what stands on it. */
export async function soloLedger(
  directory: string,
  member: DirectoryEntry,
): Promise<{ readonly ledger: Ledger; readonly ledgerPublicKey: string; readonly close: () => Promise<void> }> {
  const network = testNetwork(member.mspId);
  const opened = await network.open(directory);
  const signer = network.signers.get(member.mspId);
  if (signer === undefined) throw new Error('the network has no such member');
  const ledger = opened.connect({ mspId: member.mspId, signer });
  const policy = { implicit: { TREAT: 'deny' }, attested: false } as const;
  const document: FoundingDocument = { network: ledger.network, members: [member], policy };
  await ledger.submit({ contract: 'directory', transaction: 'Found', args: [JSON.stringify(document)] });
  return { ledger, ledgerPublicKey: opened.ledgerPublicKey, close: () => opened.close() };
}
