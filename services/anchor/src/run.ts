import { safeError, startLoop } from '@chartseal/server';
import { anchor } from './anchor.ts';
import { publishCheckpoint } from './checkpoint.ts';
import { logNames, type AnchorDependencies } from './dependencies.ts';
import { relay } from './relay.ts';
import { consumerGroup, sequence, sequencedTopics } from './sequence.ts';
import { TraceTrail } from './trace-trail.ts';
import { writersOf } from './writers.ts';

export type AnchorIntervals = { readonly relayMs: number; readonly checkpointMs: number; readonly anchorMs: number };

/** Starts the pipeline from the outbox to the ledger; it runs until it is disposed of, whatever fails on the way. */
export const startAnchor = (
  options: Omit<AnchorDependencies, 'trail'>,
  intervals: AnchorIntervals,
): AsyncDisposable => {
  const dependencies = { ...options, trail: new TraceTrail() };
  const { events, log, metrics } = dependencies;
  const writers = writersOf(dependencies);
  const stack = new AsyncDisposableStack();
  stack.defer(() => {
    // What this process did last is no state of one that stands by.
    metrics.set('chartseal_outbox_oldest_timestamp_seconds', {}, 0);
    for (const name of logNames) metrics.set('chartseal_log_writer_epoch', { log: name }, 0);
  });
  stack.use(
    startLoop(
      {
        name: 'relay',
        intervalMs: intervals.relayMs,
        step: async () => ((await relay(dependencies)) > 0 ? 'again' : undefined),
      },
      dependencies,
    ),
  );
  stack.use(
    startLoop(
      {
        name: 'sequence',
        intervalMs: intervals.relayMs,
        step: (signal) =>
          events.subscribe(
            { group: consumerGroup, topics: sequencedTopics },
            async (batch) => {
              try {
                await sequence(dependencies, writers, batch);
              } catch (error) {
                // The event log brings the batch again and tells nobody why.
                log.error({ loop: 'sequence', error: safeError(error) }, 'events could not be sequenced');
                throw error;
              }
            },
            signal,
          ),
      },
      dependencies,
    ),
  );
  stack.use(
    startLoop(
      {
        name: 'checkpoint',
        intervalMs: intervals.checkpointMs,
        step: async () => {
          for (const name of logNames) await publishCheckpoint(dependencies, writers, name);
        },
      },
      dependencies,
    ),
  );
  stack.use(
    startLoop(
      { name: 'anchor', intervalMs: intervals.anchorMs, step: () => anchor(dependencies, writers) },
      dependencies,
    ),
  );
  return stack;
};
