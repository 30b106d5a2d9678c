/** What patients read of the records and of the access log with their own keys, mounted at `/consent` beside the consent service's routes. */
import { negotiate, route, type PatientDoor } from '@chartseal/server';
import { Router } from 'express';
import type { QueryDependencies } from '../dependencies.ts';
import { accessHistoryRoute, accessProofRoute } from './access-history.ts';
import { ownAccountingRoute } from './own-accounting.ts';
import { ownExplanationRoute } from './own-explanation.ts';

export type PatientDoorDependencies = QueryDependencies & PatientDoor;

export const createPatientRouter = (dependencies: PatientDoorDependencies): Router => {
  const router = Router({ caseSensitive: true });
  route(router, '/AuditEvent', { get: [negotiate(), accessHistoryRoute(dependencies)] });
  route(router, '/AuditEvent/:id/$proof', { get: accessProofRoute(dependencies) });
  route(router, '/$accounting', { get: ownAccountingRoute(dependencies) });
  route(router, '/Consent/$explain', { post: [negotiate(), ...ownExplanationRoute(dependencies)] });
  return router;
};
