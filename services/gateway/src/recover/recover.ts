import type { LogSource } from '@chartseal/client';
import { ChartsealError, type LogName } from '@chartseal/ports';
import { continuationOf, ledgerLog } from '@chartseal/server';
import { composeRecovery, type RecoveryEngines } from '../compose-recovery.ts';
import type { Operation } from '../operation.ts';
import { continueFromMirror } from './continue-from-mirror.ts';
import { endLog } from './end-log.ts';
import { eraseAgain } from './erase-again.ts';
import { currentIdentity, cutOf } from './line.ts';
import type { LostLeaf, RecoveredLog } from './recovery.ts';
import { settle } from './settle.ts';

/** Where a mirror of each log is, if there is one. */
export type Mirrors = (log: LogName) => LogSource | undefined;

/** Each turn follows the log by one successor, or puts one thing right. */
const mostTurns = 64;

/**
 * Puts right a store that the ledger has left behind: set back to a backup, or copied. Each log goes on from a mirror, or as its own successor;
 * what was erased is erased again; the ledger is told. Nothing else of the gateway may run. Again, also after a crash, finds what was done.
 * @throws ChartsealError `conflict` while the gateway runs, `invalid` for a mirror that will not do, `corrupt` for a store that is damaged, `ledger-unavailable`
 */
export const recover = async (operation: Operation, mirrors: Mirrors): Promise<readonly RecoveredLog[]> => {
  await using engines = await composeRecovery(operation);
  const recovered: RecoveredLog[] = [];
  for (const log of ['records', 'access'] as const) recovered.push(await recoverLog(engines, log, mirrors(log)));
  return recovered;
};

const recoverLog = async (
  engines: RecoveryEngines,
  log: LogName,
  mirror: LogSource | undefined,
): Promise<RecoveredLog> => {
  const found = await currentIdentity(engines, log);
  const onLedger = await ledgerLog(engines.ledger).base(found.origin);
  const storedSize = (await engines.logs.head(log))?.treeSize ?? 0;
  const put = await putRight(engines, log, mirror);
  const settled = await settle(engines, log);
  const { origin } = await currentIdentity(engines, log);
  const outcome = put.outcome === 'stood' && settled.ownership === 'taken-back' ? 'claimed' : put.outcome;
  return {
    log,
    outcome,
    origin,
    storedSize,
    ledgerSize: onLedger?.treeSize ?? 0,
    lost: [...put.lost, ...settled.lost],
    // After the leaves are in their places, or what waited for one would be missed.
    erasedAgain: await eraseAgain(engines, log),
    statements: [...put.statements, ...settled.statements],
  };
};

type Put = Pick<RecoveredLog, 'outcome' | 'lost' | 'statements'>;

/** Until the log goes on from what the ledger holds of it. */
const putRight = async (engines: RecoveryEngines, log: LogName, mirror: LogSource | undefined): Promise<Put> => {
  const onLedger = ledgerLog(engines.ledger);
  const lost: LostLeaf[] = [];
  const statements: string[] = [];
  let outcome: Put['outcome'] = 'stood';
  for (let turn = 0; turn < mostTurns; turn += 1) {
    const { origin } = await currentIdentity(engines, log);
    const ended = await onLedger.succession(origin);
    if (ended !== undefined) {
      await engines.logs.succeed(await engines.logs.lease(log));
      lost.push(...leavesOf(log, origin, cutOf(ended), ended.endedSize));
      statements.push(ended.statement);
      outcome = 'succeeded';
      continue;
    }
    const base = await onLedger.base(origin);
    const found = base && (await continuationOf(engines.logs, log, base));
    if (base === undefined || found === undefined || found.kind === 'continues') return { outcome, lost, statements };
    if (mirror === undefined) await endLog(engines, log, base, found);
    else {
      await continueFromMirror(engines, log, mirror, base);
      if (outcome === 'stood') outcome = 'continued';
    }
  }
  throw new ChartsealError('corrupt', `the ${log} log does not come to stand`);
};

const leavesOf = (log: LogName, origin: string, from: number, to: number): readonly LostLeaf[] =>
  Array.from({ length: to - from }, (_, at) => ({ origin, log, leafIndex: from + at, entryHex: undefined }));
