import type { Place } from '@chartseal/engines';
import { loadDefinitions } from '@chartseal/fhir';
import { outboxSource } from '@chartseal/server';
import { createReadEntry, createReads, type Execute } from '@chartseal/service-query';
import type { Express } from 'express';
import { createIngestRouter } from './app.ts';
import { composeImport } from './import/compose-import.ts';
import type { ImportConfig } from './import/config.ts';

/** The writing half of `/fhir`. Reads inside a batch go the query service's way. */
export const composeIngest = (
  place: Place,
  opening: AsyncDisposableStack,
  imports: ImportConfig,
  execute: Execute = createReads(place),
): ((app: Express) => void) => {
  // Told here too: where nobody relays, the one that would tell is away.
  place.metrics.watch(outboxSource(place.outbox));
  // Else the first write would wait for it.
  loadDefinitions();
  const dependencies = { ...place, readEntry: createReadEntry(execute, place.limits) };
  const importRouter = composeImport(place, opening, imports, dependencies);
  const router = createIngestRouter(dependencies, place.authenticated);
  return (app) => app.use('/fhir', importRouter, router);
};
