import type { Place } from '@chartseal/engines';
import { authRouter, clientRegistry, directivesSource, route, smartConfiguration } from '@chartseal/server';
import type { Express } from 'express';
import { createConsentRouter, createPatientOperationsRouter } from './app.ts';
import { startFollower } from './follower/start-follower.ts';

/** The door for patients and organisations: tokens, enrolment, directives, own access history. */
export const composeConsent = async (place: Place, opening: AsyncDisposableStack): Promise<(app: Express) => void> => {
  const {
    clients,
    vault,
    clock,
    log,
    issuer,
    organization,
    ledgerView: directory,
    freshness,
    limits,
    clientCertificates,
  } = place;
  const signingKey = await vault.privateJwk('token-signing', 'ES384');
  const registry = clientRegistry({ clients, ownOrganization: organization, directory, freshness });
  place.metrics.watch(directivesSource(place.patients));
  opening.use(startFollower(place));
  return (app) => {
    app.use(
      '/auth',
      authRouter({ issuer, signingKey, registry, clients, clock, log, limit: limits.other, clientCertificates }),
    );
    route(app, '/fhir/.well-known/smart-configuration', { get: smartConfiguration(issuer, clientCertificates) });
    app.use('/fhir', createPatientOperationsRouter(place, place.authenticated));
    app.use('/consent', createConsentRouter(place));
  };
};
