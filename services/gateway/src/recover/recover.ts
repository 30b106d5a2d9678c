import type { LogSource } from '@chartseal/client';
import type { LogName } from '@chartseal/ports';
import { continuationOf, ledgerLog } from '@chartseal/server';
import type { Operation } from '../operation.ts';
import { claim } from './claim.ts';
import { composeRecovery, type RecoveryEngines } from '../compose-recovery.ts';
import { continueFromMirror, type Base } from './continue-from-mirror.ts';
import { eraseAgain } from './erase-again.ts';
import { goOnAsSuccessor } from './go-on-as-successor.ts';
import type { RecoveredLog } from './recovery.ts';

/** Where a mirror of each log is, if there is one. */
export type Mirrors = (log: LogName) => LogSource | undefined;

/**
 * Puts right a store that the ledger has left behind: set back to a backup, or copied. Each log goes on from a mirror, or as its own successor;
 * what was erased is erased again; the ledger is told. Nothing else of the gateway may run. Again changes nothing.
 * @throws ChartsealError `conflict` while the gateway runs, `invalid` for a mirror that will not do, `ledger-unavailable`
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
  const { origin } = engines.identities[log];
  const base = await ledgerLog(engines.ledger).base(origin);
  const storedSize = (await engines.logs.head(log))?.treeSize ?? 0;
  const sizes = { log, storedSize, ledgerSize: base?.treeSize ?? 0 };
  if (base === undefined) return { ...sizes, origin, outcome: 'stood', lost: [], erasedAgain: 0, statement: undefined };
  const stands = (await continuationOf(engines.logs, log, base)).kind === 'continues';
  const put = stands ? await takeOver(engines, log, origin) : await goOn(engines, log, mirror, base);
  // After the leaves are in their places, or what waited for one would be missed.
  const erasedAgain = await eraseAgain(engines, log, origin);
  return { ...sizes, ...put, erasedAgain };
};

type Put = Pick<RecoveredLog, 'outcome' | 'origin' | 'lost' | 'statement'>;

const takeOver = async (engines: RecoveryEngines, log: LogName, origin: string): Promise<Put> => {
  const nothing = { origin, lost: [], statement: undefined };
  const claimed = (await ledgerLog(engines.ledger).writer(origin))?.writer;
  const { writer, nextWriter } = await engines.logs.claim(log);
  if (claimed === undefined || claimed === writer || claimed === nextWriter) return { ...nothing, outcome: 'stood' };
  await claim(engines, await engines.logs.lease(log), origin);
  return { ...nothing, outcome: 'claimed' };
};

const goOn = async (
  engines: RecoveryEngines,
  log: LogName,
  mirror: LogSource | undefined,
  base: Base,
): Promise<Put> => {
  const { origin } = engines.identities[log];
  if (mirror === undefined) return { ...(await goOnAsSuccessor(engines, log, base)), outcome: 'succeeded' };
  return { ...(await continueFromMirror(engines, log, mirror, base)), origin, outcome: 'continued' };
};
