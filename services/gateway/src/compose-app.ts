import { createLogRouter, type AnchorDependencies } from '@chartseal/service-anchor';
import type { ClientStore, KeyVault } from '@chartseal/ports';
import {
  authenticate,
  authRouter,
  clientRegistry,
  createBase,
  route,
  smartConfiguration,
  tokenVerifier,
  type Issuer,
  type LedgerView,
} from '@chartseal/server';
import {
  createConsentRouter,
  createPatientOperationsRouter,
  type ConsentDependencies,
} from '@chartseal/service-consent';
import { createIngestRouter, type IngestDependencies } from '@chartseal/service-ingest';
import { createQueryRouter, createReadEntry, createReads, type QueryDependencies } from '@chartseal/service-query';
import type { PatientState } from '@chartseal/contracts';
import { writes } from './offered.ts';

/** All that the doors of the four services need together. */
export type AppDependencies = Omit<IngestDependencies, 'readEntry'> &
  QueryDependencies &
  ConsentDependencies &
  Pick<AnchorDependencies, 'logs' | 'outbox'> & {
    readonly clients: ClientStore;
    readonly vault: KeyVault;
    readonly ledgerView: LedgerView<PatientState>;
  };

/** Every door at its place below one base URL. */
export const composeApp = async (shared: AppDependencies, issuer: Issuer): Promise<ReturnType<typeof createBase>> => {
  const { clients, vault, clock, log, ledgerView: directory, freshness, organization, logs, outbox } = shared;
  const signingKey = await vault.privateJwk('token-signing', 'ES384');
  const registry = clientRegistry({ clients, ownOrganization: organization, directory, freshness });
  const authenticated = authenticate({ verifyToken: await tokenVerifier({ issuer, signingKey, clock }), directory });
  const execute = createReads(shared);
  return createBase({
    log,
    clock,
    ready: [
      { name: 'record store', check: () => outbox.depth() },
      { name: 'ledger', check: () => directory.ready() },
    ],
    mount: (base) => {
      base.use('/auth', authRouter({ issuer, signingKey, registry, clients, clock, log }));
      route(base, '/fhir/.well-known/smart-configuration', { get: smartConfiguration(issuer) });
      base.use('/fhir', createPatientOperationsRouter(shared, authenticated));
      base.use('/fhir', createQueryRouter({ ...shared, authenticate: authenticated, execute, offeredBeside: writes }));
      base.use('/fhir', createIngestRouter({ ...shared, readEntry: createReadEntry(execute) }, authenticated));
      base.use('/consent', createConsentRouter(shared));
      base.use('/log/records', createLogRouter(logs, 'records'));
      base.use('/log/access', createLogRouter(logs, 'access'));
    },
  });
};
