import { ChartsealError, type LogName, type LogStore } from '@chartseal/ports';
import type { Logger } from 'pino';
import type { Metrics } from '../metrics/metrics.ts';
import { continuationOf } from './continuation.ts';
import type { LedgerLog } from './ledger-log.ts';

export type LogStandingOptions = {
  readonly logs: Pick<LogStore, 'head' | 'readTile' | 'claim'>;
  readonly ledger: LedgerLog;
  readonly origins: Readonly<Record<LogName, string>>;
  readonly log: Logger;
  readonly metrics: Pick<Metrics, 'set'>;
};

/** Why a log does not stand, in words for whoever runs this. */
type Fall = { readonly kind: 'behind' | 'taken-over'; readonly words: string };

const behind = (words: string): Fall => ({ kind: 'behind', words });

const logNames: readonly LogName[] = ['records', 'access'];
const remedy = 'this store takes nothing in and shows others nothing until `chartseal recover` has put it right';
/** Another process of this gateway may pass a log on between two looks. */
const looks = 3;

/**
 * Whether this store's logs go on from what the ledger holds of them, and whether it is this store that writes them. A store that was restored from a
 * backup, or copied, may lack a revocation or an erasure and would write a second history: it serves its own hospital's reads alone.
 *
 * What was found last holds while the ledger cannot be asked; before the first answer the logs stand, since what is written is durable and
 * `recover` finds its place for it.
 */
export class LogStanding {
  readonly #options: LogStandingOptions;
  readonly #fallen = new Map<LogName, Fall>();

  constructor(options: LogStandingOptions) {
    this.#options = options;
  }

  /** Asks the ledger, then the store: what a running process writes meanwhile never looks like a gap. @throws ChartsealError where either is away */
  async look(): Promise<void> {
    for (const log of logNames) {
      const fall = await this.#fallOf(log);
      const before = this.#fallen.get(log);
      if (fall === undefined) this.#fallen.delete(log);
      else this.#fallen.set(log, fall);
      this.#tell(log, fall, before);
    }
  }

  /** @throws ChartsealError `behind-ledger`, naming the gap */
  require(): void {
    const [fall] = this.#fallen.values();
    if (fall !== undefined)
      throw new ChartsealError('behind-ledger', `${fall.words}: ${remedy}`, { retryAfterSeconds: 60 });
  }

  #tell(log: LogName, fall: Fall | undefined, before: Fall | undefined): void {
    const { metrics, log: logger } = this.#options;
    metrics.set('chartseal_log_standing', { log }, fall?.kind === 'behind' ? 0 : 1);
    metrics.set('chartseal_log_taken_over', { log }, fall?.kind === 'taken-over' ? 1 : 0);
    if (fall?.words === before?.words) return;
    if (fall === undefined) logger.info({ log }, 'the log stands');
    else logger.error({ log }, `${fall.words}: ${remedy}`);
  }

  async #fallOf(log: LogName): Promise<Fall | undefined> {
    const { ledger, logs, origins } = this.#options;
    const ended = await ledger.succession(origins[log]);
    // A copy of the store that went on as the successor: whatever this one holds, nobody anchors it.
    if (ended !== undefined)
      return behind(
        `the ${log} log has ended on the ledger with ${ended.endedSize} leaves, where ${ended.successor} goes on`,
      );
    const base = await ledger.base(origins[log]);
    if (base === undefined) return undefined;
    const found = await continuationOf(logs, log, base);
    if (found.kind === 'shorter')
      return behind(`the ${log} log has ${found.here} leaves here and ${found.onLedger} on the ledger`);
    if (found.kind === 'other-history')
      return behind(`the ${log} log is not the one of which the ledger holds ${found.onLedger} leaves`);
    if (await this.#isOurs(log)) return undefined;
    return { kind: 'taken-over', words: `another gateway has taken over the ${log} log since` };
  }

  async #isOurs(log: LogName): Promise<boolean> {
    const { ledger, logs, origins } = this.#options;
    for (let look = 0; look < looks; look += 1) {
      const before = await logs.claim(log);
      const claimed = await ledger.writer(origins[log]);
      if (claimed === undefined) return true;
      const after = await logs.claim(log);
      const known = [before.writer, before.nextWriter, after.writer, after.nextWriter];
      if (known.includes(claimed.writer)) return true;
    }
    return false;
  }
}
