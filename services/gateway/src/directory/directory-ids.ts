import type { DirectoryEntry } from '@chartseal/contracts';
import { ChartsealError } from '@chartseal/ports';
import type { OperationLedger } from '../compose-operation.ts';

/** Ids of all organisations, suspended ones too. */
export const directoryIds = async ({ ledger }: Pick<OperationLedger, 'ledger'>): Promise<readonly string[]> => {
  if (ledger === undefined) throw new ChartsealError('corrupt', 'the ledger cannot be believed: run fsck');
  const list = await ledger.evaluate({ contract: 'directory', transaction: 'List', args: [] });
  return (JSON.parse(list) as readonly DirectoryEntry[]).map(({ id }) => id);
};
