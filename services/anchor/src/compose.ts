import type { Place } from '@chartseal/engines';
import {
  cacheSource,
  consumerLagSource,
  cosignaturesSource,
  deadLettersSource,
  logSource,
  outboxSource,
  startElected,
  witnessSource,
} from '@chartseal/server';
import { rawEd25519 } from '@chartseal/tlog/node';
import type { Express } from 'express';
import { Cosigners } from './cosign/cosigners.ts';
import { otherWitnesses } from './cosign/other-witnesses.ts';
import { waitingDeadLetters } from './dead-letter-replay.ts';
import { logNames } from './dependencies.ts';
import { currentLogIdentities } from './log-identities.ts';
import { createLogRouter } from './routes/log.ts';
import { createWitnessRouter } from './routes/witness.ts';
import { type AnchorIntervals, startAnchor } from './run.ts';
import { consumerGroup, sequencedTopics } from './sequence.ts';
import { witnessIdentity } from './witness/identity.ts';
import { noteOnLedger } from './witness/on-ledger.ts';

/** Serves the public logs and the witness of others, and writes the logs while this process leads. */
export const composeAnchor = async (
  place: Place,
  opening: AsyncDisposableStack,
  intervals: Partial<AnchorIntervals> = {},
): Promise<(app: Express) => void> => {
  const identities = await currentLogIdentities(place.vault, place.logOrigin, place.logs);
  const identity = await witnessIdentity(place.vault, place.logOrigin);
  const every = { relayMs: 50, checkpointMs: 1000, anchorMs: place.anchorIntervalMs, ...intervals };
  const events = await place.eventLog();
  const witnesses = otherWitnesses(place.ledgerView, place.organization);
  const signers = [...Object.values(identities), identity].map(({ signer }) => signer);
  const ownKeys = signers.map(({ publicKey }) => rawEd25519(publicKey));
  const work = (): AsyncDisposable => {
    const cosigners = new Cosigners({ ...place, witnesses, ownKeys, fetch });
    return startAnchor({ ...place, events, identities, cosigners }, every);
  };
  place.metrics.watch(
    cacheSource('tiles', () => place.cache.stats()),
    outboxSource(place.outbox),
    logSource(place),
    cosignaturesSource({ ...place, expected: () => witnesses().length }),
    witnessSource(place.witnessed),
    consumerLagSource({ [consumerGroup]: () => events.lag(consumerGroup, sequencedTopics) }),
    deadLettersSource(() => waitingDeadLetters(events)),
  );
  opening.use(startElected({ ...place, task: 'anchor', work }));
  return (app) => {
    for (const log of logNames)
      app.use(`/log/${log}`, createLogRouter({ ...place, origin: identities[log].origin }, log));
    app.use(
      '/witness',
      createWitnessRouter({ ...place, members: place.ledgerView, identity, onLedger: noteOnLedger(place.ledger) }),
    );
  };
};
