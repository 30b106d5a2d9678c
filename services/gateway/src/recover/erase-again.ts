import type { StatementState } from '@chartseal/contracts';
import type { LogName } from '@chartseal/ports';
import { parseLogStatement, parseNote, type LeafRange } from '@chartseal/tlog';
import type { RecoveryEngines } from '../compose-recovery.ts';
import { lineOf } from './line.ts';

/**
 * What the ledger says was erased, and this store, set back, may hold again: of the log, and of those that it goes on from as far as it has their leaves.
 * Beyond, the same number is somebody else's version.
 * @returns how many versions were erased
 */
export const eraseAgain = async (
  engines: Pick<RecoveryEngines, 'ledger' | 'erasures' | 'logs' | 'logOrigin'>,
  log: LogName,
): Promise<number> => {
  const { ledger, erasures } = engines;
  const known = new Set((await erasures.statements()).map(({ statementHash }) => statementHash));
  let versions = 0;
  for (const { origin, common } of await lineOf(engines, log)) {
    const answer = await ledger.evaluate({ contract: 'anchor', transaction: 'Erasures', args: [origin] });
    for (const { note, statementHash, transactionId } of JSON.parse(answer) as readonly StatementState[]) {
      if (known.has(statementHash)) continue;
      const { facts, leaves } = parseLogStatement(parseNote(note).text);
      const receipt = await ledger.receipt(transactionId);
      const told = { erasureId: facts['erasure'] ?? statementHash, statementHash, note, transactionId, receipt };
      const erasedAt = Date.parse(facts['time'] ?? '');
      const statement = { ...told, blockNumber: receipt.blockNumber, erasedAt };
      versions += (await erasures.eraseLeaves(log, below(leaves, common), statement)).versions;
    }
  }
  return versions;
};

const below = (leaves: readonly LeafRange[], size: number): readonly LeafRange[] =>
  leaves.flatMap(([first, last]) => (first < size ? [[first, Math.min(last, size - 1)] as const] : []));
