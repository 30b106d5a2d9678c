import type { SuccessionState } from '@chartseal/contracts';
import type { LogName } from '@chartseal/ports';
import { ledgerLog, logOriginOf } from '@chartseal/server';
import type { LogIdentity } from '@chartseal/service-anchor';
import { parseLogStatement, parseNote } from '@chartseal/tlog';
import type { RecoveryEngines } from '../compose-recovery.ts';

type Known = Pick<RecoveryEngines, 'logs' | 'ledger' | 'logOrigin'>;

/** The log as this store writes it now. */
export const currentIdentity = async (
  { identities, logOrigin, logs }: Pick<RecoveryEngines, 'identities' | 'logOrigin' | 'logs'>,
  log: LogName,
): Promise<LogIdentity> => ({
  ...identities[log],
  origin: logOriginOf(logOrigin, log, await logs.generation(log)),
});

/** The first leaf of a log that its successor has not: from there on its numbers stand for other versions. */
export const cutOf = ({ statement, treeSize }: SuccessionState): number =>
  parseLogStatement(parseNote(statement).text).leaves[0]?.[0] ?? treeSize;

/** A log that this store has written, and how many of its leaves are leaves of the one that it writes now, too. */
export type Ancestor = { readonly origin: string; readonly common: number };

/** Newest first; the one that is written now has all of its own. */
export const lineOf = async ({ logs, ledger, logOrigin }: Known, log: LogName): Promise<readonly Ancestor[]> => {
  const current = await logs.generation(log);
  const line: Ancestor[] = [];
  let common = Infinity;
  for (let generation = current; generation >= 1; generation -= 1) {
    const origin = logOriginOf(logOrigin, log, generation);
    const succession = generation === current ? undefined : await ledgerLog(ledger).succession(origin);
    if (succession !== undefined) common = Math.min(common, cutOf(succession));
    line.push({ origin, common });
  }
  return line;
};
