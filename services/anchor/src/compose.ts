import type { Place } from '@chartseal/engines';
import {
  cacheSource,
  consumerLagSource,
  deadLettersSource,
  logSource,
  outboxSource,
  startElected,
} from '@chartseal/server';
import type { Express } from 'express';
import { waitingDeadLetters } from './dead-letter-replay.ts';
import { logNames } from './dependencies.ts';
import { logIdentities } from './log-identities.ts';
import { createLogRouter } from './routes/log.ts';
import { type AnchorIntervals, startAnchor } from './run.ts';
import { consumerGroup, sequencedTopics } from './sequence.ts';

/** Serves the public logs, and writes them while this process leads. */
export const composeAnchor = async (
  place: Place,
  opening: AsyncDisposableStack,
  intervals: Partial<AnchorIntervals> = {},
): Promise<(app: Express) => void> => {
  const identities = await logIdentities(place.vault, place.logOrigin);
  const every = { relayMs: 50, checkpointMs: 1000, anchorMs: place.anchorIntervalMs, ...intervals };
  const events = await place.eventLog();
  const work = (): AsyncDisposable => startAnchor({ ...place, events, identities }, every);
  place.metrics.watch(
    cacheSource('tiles', () => place.cache.stats()),
    outboxSource(place.outbox),
    logSource(place),
    consumerLagSource({ [consumerGroup]: () => events.lag(consumerGroup, sequencedTopics) }),
    deadLettersSource(() => waitingDeadLetters(events)),
  );
  opening.use(startElected({ ...place, task: 'anchor', work }));
  return (app) => {
    for (const log of logNames)
      app.use(`/log/${log}`, createLogRouter({ ...place, origin: identities[log].origin }, log));
  };
};
