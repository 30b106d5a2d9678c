import type { Ledger, LogStore } from '@chartseal/ports';
import {
  ledgerLog,
  logOriginOf,
  LogStanding,
  safeError,
  startLoop,
  type Logger,
  type Metrics,
} from '@chartseal/server';
import { setTimeout as wait } from 'node:timers/promises';

const intervalMs = 5000;
/** So long a start waits for the ledger's word before anything is taken in. */
const firstLookMs = 5000;

type Watched = {
  readonly logs: Pick<LogStore, 'head' | 'readTile' | 'claim' | 'generation'>;
  readonly ledger: Ledger;
  readonly logOrigin: string;
  readonly log: Logger;
  readonly metrics: Metrics;
};

/** Looks before it resolves, unless the ledger is away, and from then on. Disposing of it ends that. */
export const watchStanding = async ({
  logs,
  ledger,
  logOrigin,
  log,
  metrics,
}: Watched): Promise<AsyncDisposable & Pick<LogStanding, 'require'>> => {
  const origins = {
    records: logOriginOf(logOrigin, 'records', await logs.generation('records')),
    access: logOriginOf(logOrigin, 'access', await logs.generation('access')),
  };
  const standing = new LogStanding({ logs, ledger: ledgerLog(ledger), origins, log, metrics });
  try {
    await Promise.race([standing.look(), wait(firstLookMs, undefined, { ref: false })]);
  } catch (error) {
    log.warn({ error: safeError(error) }, 'whether the logs stand is not known yet');
  }
  const loop = startLoop({ name: 'standing', intervalMs, step: () => standing.look() }, { log, metrics });
  return { require: () => standing.require(), [Symbol.asyncDispose]: () => loop[Symbol.asyncDispose]() };
};
