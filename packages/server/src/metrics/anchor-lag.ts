import type { LogName, LogStore, RecordStore } from '@chartseal/ports';
import type { Clock } from '../clock.ts';

/**
 * How long the oldest version that has a leaf waits for the ledger: the age of the version at the first leaf that no anchored checkpoint
 * covers, since it was accepted. So it grows by itself while nothing is anchored, survives a restart, and is 0 once all is anchored. What has no
 * leaf yet is told by the outbox's age and the consumer's lag.
 */
export const anchorLagSeconds = async (
  deps: {
    readonly logs: Pick<LogStore, 'entries'>;
    readonly records: Pick<RecordStore, 'byHandle' | 'vread'>;
    readonly clock: Pick<Clock, 'wallMs'>;
  },
  log: LogName,
  anchoredSize: number,
): Promise<number> => {
  const [oldest] = await deps.logs.entries(log, anchoredSize, 1);
  if (oldest === undefined) return 0;
  const key = await deps.records.byHandle(oldest.handle);
  const version = key === undefined ? undefined : await deps.records.vread(key, oldest.versionId);
  if (version === undefined) return Number.NaN;
  return Math.max(0, deps.clock.wallMs() - Date.parse(version.lastUpdated)) / 1000;
};
