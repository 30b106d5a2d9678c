import type { StatementState } from '@chartseal/contracts';
import type { LogName } from '@chartseal/ports';
import { parseLogStatement, parseNote } from '@chartseal/tlog';
import type { RecoveryEngines } from '../compose-recovery.ts';

/**
 * What the ledger says was erased, and this store, set back, may hold again. Of the log under the name that it had: of its successor's leaves
 * nothing is said there.
 * @returns how many versions were erased
 */
export const eraseAgain = async (
  { ledger, erasures }: Pick<RecoveryEngines, 'ledger' | 'erasures'>,
  log: LogName,
  origin: string,
): Promise<number> => {
  const answer = await ledger.evaluate({ contract: 'anchor', transaction: 'Erasures', args: [origin] });
  const known = new Set((await erasures.statements()).map(({ statementHash }) => statementHash));
  let versions = 0;
  for (const { note, statementHash, transactionId } of JSON.parse(answer) as readonly StatementState[]) {
    if (known.has(statementHash)) continue;
    const { facts, leaves } = parseLogStatement(parseNote(note).text);
    const receipt = await ledger.receipt(transactionId);
    const told = { erasureId: facts['erasure'] ?? statementHash, statementHash, note, transactionId, receipt };
    const erasedAt = Date.parse(facts['time'] ?? '');
    const erased = await erasures.eraseLeaves(log, leaves, { ...told, blockNumber: receipt.blockNumber, erasedAt });
    versions += erased.versions;
  }
  return versions;
};
