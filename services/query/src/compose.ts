import type { Place } from '@chartseal/engines';
import { loadDefinitions } from '@chartseal/fhir';
import type { Express } from 'express';
import { createQueryRouter, createReads } from './app.ts';
import type { Execute } from './interactions/execute.ts';
import { offeredBeside } from './interactions/offered-beside.ts';

/** The reading half of `/fhir`. */
export const composeQuery = (place: Place, execute: Execute = createReads(place)): ((app: Express) => void) => {
  // Else the first request would wait for it.
  loadDefinitions();
  const router = createQueryRouter({ ...place, authenticate: place.authenticated, execute, offeredBeside });
  return (app) => app.use('/fhir', router);
};
