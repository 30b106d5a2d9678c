import type { AnchoredLog } from '@chartseal/contracts';
import { ChartsealError, type LogName } from '@chartseal/ports';
import { continuationOf, ledgerLog } from '@chartseal/server';
import type { AnchorDependencies } from './dependencies.ts';

type Held = Pick<AnchorDependencies, 'ledger' | 'identities'>;

/** The newest checkpoint of the log that the ledger holds. */
export const latestOnLedger = ({ ledger, identities }: Held, log: LogName): Promise<AnchoredLog | undefined> =>
  ledgerLog(ledger).latest(identities[log].origin);

/** The tree that the log must continue: of a successor that nobody has anchored yet, the one that it begins with. */
export const baseOnLedger = (
  { ledger, identities }: Held,
  log: LogName,
): Promise<Pick<AnchoredLog, 'treeSize' | 'rootHash'> | undefined> => ledgerLog(ledger).base(identities[log].origin);

/**
 * That what we hold of a log goes on from what the ledger holds of it (RFC 6962 §2.1.2). A store restored from an old backup does not: to
 * append to it, or to sign it, would make a second history.
 * @throws ChartsealError `corrupt`
 */
export const requireContinuation = async (
  { logs, metrics }: Pick<AnchorDependencies, 'logs' | 'metrics'>,
  log: LogName,
  onLedger: Pick<AnchoredLog, 'treeSize' | 'rootHash'> | undefined,
): Promise<void> => {
  if (onLedger === undefined) return;
  const found = await continuationOf(logs, log, onLedger);
  if (found.kind === 'continues') return;
  metrics.count('chartseal_log_diverged_total', { log });
  if (found.kind === 'shorter')
    throw new ChartsealError(
      'corrupt',
      `the ${log} log has ${found.here} leaves here and ${found.onLedger} on the ledger`,
    );
  throw new ChartsealError('corrupt', `the ${log} log is not the one on the ledger`, {}, { cause: found.cause });
};
