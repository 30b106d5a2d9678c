import { randomBytes, randomUUID } from 'node:crypto';
import type { PatientState } from '@chartseal/contracts';
import type { Committed } from '@chartseal/ports';
import {
  authenticate,
  authRouter,
  clientRegistry,
  createBase,
  Freshness,
  issuerOf,
  LedgerView,
  listen,
  route,
  smartConfiguration,
  startLoop,
  systemClock,
  tokenVerifier,
  type Clock,
  type Logger,
} from '@chartseal/server';
import { createLogRouter, startAnchor, type AnchorIntervals } from '@chartseal/service-anchor';
import {
  createConsentRouter,
  createPatientOperationsRouter,
  settlePending,
  type ConsentDependencies,
} from '@chartseal/service-consent';
import { createIngestRouter } from '@chartseal/service-ingest';
import { createQueryRouter, createReadEntry, createReads } from '@chartseal/service-query';
import { chooseAddress } from './address.ts';
import { composeEngines, type Engines } from './compose-engines.ts';
import { writes } from './offered.ts';
import { ownOrganization } from './sandbox/members.ts';
import { prepareNetwork, type SandboxNetwork } from './sandbox/network.ts';

export type GatewayConfig = {
  readonly listen: { readonly host: string; readonly port: number };
  readonly dataDir: string;
  readonly anchorIntervalMs: number;
  readonly maxStalenessMs: number;
};

/** What tests put in place of the real thing. */
export type Overrides = { readonly clock?: Clock; readonly intervals?: Partial<AnchorIntervals> };

export type Gateway = AsyncDisposable & {
  readonly baseUrl: string;
  readonly engines: Engines;
  readonly network: SandboxNetwork;
};

const viewWaitMs = 500;
const random = (size: number): Uint8Array => new Uint8Array(randomBytes(size));

/** The four services in one process on embedded engines. Disposing of it drains requests first, then closes in reverse order. */
export const compose = async (config: GatewayConfig, log: Logger, overrides: Overrides = {}): Promise<Gateway> => {
  const clock = overrides.clock ?? systemClock;
  await using opening = new AsyncDisposableStack();
  const engines = opening.use(await composeEngines({ dataDirectory: config.dataDir, log, clock }));
  const { stores, vault, connections } = engines;
  const ledger = connections[ownOrganization];

  const address = await chooseAddress(config.listen);
  const { baseUrl } = address;
  const issuer = issuerOf(baseUrl);
  const { fhirBaseUrl } = issuer;
  const consentBaseUrl = `${baseUrl}/consent`;
  const network = await prepareNetwork(engines, baseUrl);

  const view = opening.use(
    new LedgerView<PatientState>({ ledger, log, parseConsent: (json) => JSON.parse(json) as PatientState }).start(),
  );
  const freshness = new Freshness({ view, ledger, clock, log, maxStalenessMs: config.maxStalenessMs });
  const onOwnCommit = async (submittedAtMs: number, committed: Committed): Promise<void> => {
    freshness.observeOwnCommit(submittedAtMs, committed.blockNumber);
    // Whoever granted may be read for at once. A repeat sets no event, so this does not wait for ever.
    await view.reached(committed, AbortSignal.timeout(viewWaitMs)).catch(() => undefined);
  };

  const signingKey = await vault.privateJwk('token-signing', 'ES384');
  const registry = clientRegistry({ clients: stores.clients, ownOrganization, directory: view, freshness });
  const shared = {
    ...stores,
    clock,
    log,
    fhirBaseUrl,
    consentBaseUrl,
    ledger,
    organization: ownOrganization,
    randomBytes: random,
    randomUuid: randomUUID,
  };
  const authenticated = authenticate({
    verifyToken: await tokenVerifier({ issuer, signingKey, clock }),
    directory: view,
  });
  const query = { ...shared, vault, ledgerView: view, freshness, network: ledger.network };
  const execute = createReads(query);
  const consent: ConsentDependencies = { ...shared, onOwnCommit };

  const app = createBase({
    log,
    clock,
    ready: [
      { name: 'record store', check: () => stores.outbox.depth() },
      { name: 'ledger', check: () => view.ready() },
    ],
    mount: (base) => {
      base.use('/auth', authRouter({ issuer, signingKey, registry, clients: stores.clients, clock, log }));
      route(base, '/fhir/.well-known/smart-configuration', { get: smartConfiguration(issuer) });
      base.use('/fhir', createPatientOperationsRouter(consent, authenticated));
      base.use('/fhir', createQueryRouter({ ...query, authenticate: authenticated, execute, offeredBeside: writes }));
      base.use('/fhir', createIngestRouter({ ...shared, readEntry: createReadEntry(execute) }, authenticated));
      base.use('/consent', createConsentRouter(consent));
      base.use('/log/records', createLogRouter(stores.logs, 'records'));
      base.use('/log/access', createLogRouter(stores.logs, 'access'));
    },
  });
  const intervals = { relayMs: 50, checkpointMs: 1000, anchorMs: config.anchorIntervalMs, ...overrides.intervals };
  const observeOwnCommit = (submittedAtMs: number, block: number): void =>
    freshness.observeOwnCommit(submittedAtMs, block);
  opening.use(startAnchor({ ...shared, identities: network.logs, observeOwnCommit }, intervals));
  opening.use(startLoop({ name: 'settle directives', intervalMs: 1000, step: () => settlePending(consent) }, log));
  const listening = await listen(app, address);
  opening.defer(() => listening.close());
  const stack = opening.move();
  return { baseUrl, engines, network, [Symbol.asyncDispose]: () => stack.disposeAsync() };
};
