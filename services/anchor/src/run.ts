import type { LogName } from '@chartseal/ports';
import { safeError, startLoop, type Loop } from '@chartseal/server';
import { anchor } from './anchor.ts';
import { publishCheckpoint } from './checkpoint.ts';
import type { Cosigners } from './cosign/cosigners.ts';
import { stateErasures } from './erasures/state-erasures.ts';
import { logNames, type AnchorDependencies } from './dependencies.ts';
import { relay } from './relay.ts';
import { consumerGroup, sequence, sequencedTopics } from './sequence.ts';
import { TraceTrail } from './trace-trail.ts';
import { writersOf, type Writers } from './writers.ts';

export type AnchorIntervals = { readonly relayMs: number; readonly checkpointMs: number; readonly anchorMs: number };

const relayLoop = (dependencies: AnchorDependencies, intervalMs: number): Loop => ({
  name: 'relay',
  intervalMs,
  step: async () => ((await relay(dependencies)) > 0 ? 'again' : undefined),
});

const sequenceLoop = (dependencies: AnchorDependencies, writers: Writers, intervalMs: number): Loop => ({
  name: 'sequence',
  intervalMs,
  step: (signal) =>
    dependencies.events.subscribe(
      { group: consumerGroup, topics: sequencedTopics },
      async (batch) => {
        try {
          await sequence(dependencies, writers, batch);
        } catch (error) {
          // The event log brings the batch again and tells nobody why.
          dependencies.metrics.count('chartseal_background_failures_total', { loop: 'sequence' });
          dependencies.log.error({ loop: 'sequence', error: safeError(error) }, 'events could not be sequenced');
          throw error;
        }
      },
      signal,
    ),
});

const checkpointLoop = (dependencies: AnchorDependencies, writers: Writers, intervalMs: number): Loop => ({
  name: 'checkpoint',
  intervalMs,
  step: async () => {
    for (const name of logNames) await publishCheckpoint(dependencies, writers, name);
  },
});

const anchorLoop = (dependencies: AnchorDependencies, writers: Writers, intervalMs: number): Loop => ({
  name: 'anchor',
  intervalMs,
  step: () => anchor(dependencies, writers),
});

const erasureLoop = (dependencies: AnchorDependencies, intervalMs: number): Loop => ({
  name: 'erasures',
  intervalMs,
  step: () => stateErasures(dependencies),
});

/** Asks those again that were away, and lets go of what no proof will show any more. */
const cosignLoop = ({ logs, cosignatures }: AnchorDependencies, cosigners: Cosigners, intervalMs: number): Loop => {
  const forgotten = new Map<LogName, number>();
  const forget = async (log: LogName): Promise<void> => {
    const below = (await logs.anchored(log))?.treeSize ?? 0;
    if (forgotten.get(log) === below) return;
    await cosignatures.forget(log, below);
    forgotten.set(log, below);
  };
  return {
    name: 'cosign',
    intervalMs,
    step: async () => {
      await Promise.all(logNames.map((log) => cosigners.ask(log)));
      await Promise.all(logNames.map(forget));
    },
  };
};

/** Starts the pipeline from the outbox to the ledger; it runs until it is disposed of, whatever fails on the way. */
export const startAnchor = (
  options: Omit<AnchorDependencies, 'trail' | 'cosigned'> & { readonly cosigners: Cosigners },
  { relayMs, checkpointMs, anchorMs }: AnchorIntervals,
): AsyncDisposable => {
  const { cosigners } = options;
  const dependencies = { ...options, trail: new TraceTrail(), cosigned: (log: LogName) => cosigners.newest(log) };
  const { metrics } = dependencies;
  const writers = writersOf(dependencies);
  const stack = new AsyncDisposableStack();
  stack.defer(() => {
    // What this process did last is no state of one that stands by.
    metrics.set('chartseal_outbox_oldest_timestamp_seconds', {}, 0);
    for (const log of logNames) metrics.set('chartseal_log_writer_epoch', { log }, 0);
  });
  stack.use(cosigners);
  const loops = [
    relayLoop(dependencies, relayMs),
    sequenceLoop(dependencies, writers, relayMs),
    checkpointLoop(dependencies, writers, checkpointMs),
    anchorLoop(dependencies, writers, anchorMs),
    cosignLoop(dependencies, cosigners, anchorMs),
    erasureLoop(dependencies, anchorMs),
  ];
  for (const loop of loops) stack.use(startLoop(loop, dependencies));
  return stack;
};
