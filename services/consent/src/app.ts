import { route } from '@chartseal/server';
import { Router, type RequestHandler } from 'express';
import type { ConsentDependencies } from './dependencies.ts';
import { directivesRoute } from './routes/directives.ts';
import { enrolmentsRoute } from './routes/enrolments.ts';
import { enrollRoute, freezeRoute } from './routes/patient-operations.ts';
import { addRegistrarRoute, removeRegistrarRoute } from './routes/registrars.ts';
import { consentReceiptRoute, ownConsentRoute, ownDirectivesRoute } from './routes/patient-reads.ts';

const standing =
  ({ standing: logs }: ConsentDependencies): RequestHandler =>
  (_req, _res, next) => {
    logs.require();
    next();
  };

/** The patient's door, mounted at `/consent`. Nothing here takes an access token: a patient is known by the own key alone. */
export const createConsentRouter = (dependencies: ConsentDependencies): Router => {
  const router = Router({ caseSensitive: true });
  route(router, '/enrolments', { post: [standing(dependencies), ...enrolmentsRoute(dependencies)] });
  route(router, '/directives', { post: directivesRoute(dependencies) });
  route(router, '/Consent', { get: ownDirectivesRoute(dependencies) });
  route(router, '/Consent/:consentId', { get: ownConsentRoute(dependencies) });
  route(router, '/Consent/:consentId/$receipt', { get: consentReceiptRoute(dependencies) });
  return router;
};

/** What the hospital does for a patient who is there in person, mounted at `/fhir`. */
export const createPatientOperationsRouter = (
  dependencies: ConsentDependencies,
  authenticate: RequestHandler,
): Router => {
  const router = Router({ caseSensitive: true });
  route(router, '/Patient/:id/$enroll', { post: [authenticate, standing(dependencies), ...enrollRoute(dependencies)] });
  route(router, '/Patient/:id/$freeze', { post: [authenticate, ...freezeRoute(dependencies, 'custodian-freeze')] });
  route(router, '/Patient/:id/$unfreeze', { post: [authenticate, ...freezeRoute(dependencies, 'custodian-unfreeze')] });
  route(router, '/$registrar-add', { post: [authenticate, ...addRegistrarRoute(dependencies)] });
  route(router, '/$registrar-remove', { post: [authenticate, ...removeRegistrarRoute(dependencies)] });
  return router;
};
