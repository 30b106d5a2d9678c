import type { Place } from '@chartseal/engines';
import { loadDefinitions } from '@chartseal/fhir';
import { breakGlassSource } from '@chartseal/server';
import type { Express } from 'express';
import { createQueryRouter, createReads } from './app.ts';
import type { Execute } from './interactions/execute.ts';
import { createPatientRouter } from './patient-door/patient-router.ts';
import { offeredBeside } from './interactions/offered-beside.ts';

/** The reading half of `/fhir`, and what patients read of records and accesses. */
export const composeQuery = (place: Place, execute: Execute = createReads(place)): ((app: Express) => void) => {
  // Else the first request would wait for it.
  loadDefinitions();
  place.metrics.watch(breakGlassSource(place));
  const router = createQueryRouter({ ...place, authenticate: place.authenticated, execute, offeredBeside });
  const patients = createPatientRouter(place);
  return (app) => {
    app.use('/fhir', router);
    app.use('/consent', patients);
  };
};
