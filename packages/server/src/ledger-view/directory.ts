import type { DirectoryEntry, Network } from '@chartseal/contracts';
import type { Ledger } from '@chartseal/ports';

export type { DirectoryEntry } from '@chartseal/contracts';

/** The directory as it was at one moment: members by id, and what they agreed for the network. */
export type DirectorySnapshot = {
  readonly entries: ReadonlyMap<string, DirectoryEntry>;
  readonly network: Network;
};

/** Reads the whole directory. Rejects as `Ledger.evaluate` does; with `ledger-refused` before the network was founded. */
export const readDirectory = async (ledger: Pick<Ledger, 'evaluate'>): Promise<DirectorySnapshot> => {
  const call = (transaction: string) => ledger.evaluate({ contract: 'directory', transaction, args: [] });
  const [list, network] = await Promise.all([call('List'), call('Network')]);
  const entries = JSON.parse(list) as readonly DirectoryEntry[];
  return { entries: new Map(entries.map((entry) => [entry.id, entry])), network: JSON.parse(network) as Network };
};
