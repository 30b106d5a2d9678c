import { setTimeout as wait } from 'node:timers/promises';
import type { Place } from '@chartseal/engines';
import { loadDefinitions } from '@chartseal/fhir';
import { ChartsealError } from '@chartseal/ports';
import { startElected, startLoop } from '@chartseal/server';
import type { Express } from 'express';
import { Agent } from 'undici';
import { tokensFor } from './client/authorization.ts';
import type { Sleep } from './client/pace.ts';
import { upstreamClient } from './client/upstream-client.ts';
import type { UpstreamConfig } from './config.ts';
import { Puller } from './pull/puller.ts';
import { upstreamSource } from './upstream-source.ts';

/** An answer that is larger is no page of ours. */
const maxResponseSize = 64 * 1024 * 1024;

const sleep: Sleep = (ms, signal) => wait(ms, undefined, { signal });

/** Nobody asks it to read: it writes what it has read elsewhere. */
const readEntry = (): Promise<never> => Promise.reject(new ChartsealError('internal', 'the connector serves no batch'));

/** Takes over the records of the hospital's own FHIR server, while this process leads. It serves nothing. */
export const composeUpstream = (
  place: Place,
  opening: AsyncDisposableStack,
  config: UpstreamConfig,
): ((app: Express) => void) => {
  const { clock, metrics, log, records, upstreamCheckpoints: checkpoints } = place;
  const { baseUrl, settings } = config;
  const dispatcher = new Agent({ maxResponseSize, ...(config.ca === undefined ? {} : { connect: { ca: config.ca } }) });
  opening.defer(() => dispatcher.destroy());
  const client = upstreamClient({
    ...config,
    tokens: tokensFor(config.authorization, dispatcher, clock),
    dispatcher,
    clock,
    sleep,
    random: Math.random,
    metrics,
  });
  loadDefinitions();
  metrics.watch(upstreamSource(baseUrl, checkpoints, clock, settings.types));
  const ingest = { ...place, readEntry };
  const work = (): AsyncDisposable => {
    const puller = new Puller({ client, settings, checkpoints, records, ingest, clock, log, metrics });
    const step = async (signal: AbortSignal): Promise<'again' | void> => {
      place.standing.require();
      return puller.round(signal);
    };
    return startLoop({ name: 'upstream', intervalMs: settings.intervalMs, longestBackoffMs: 60_000, step }, place);
  };
  opening.use(startElected({ ...place, task: 'upstream', work }));
  return () => {};
};
