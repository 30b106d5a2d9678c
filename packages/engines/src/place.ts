import { randomBytes, randomUUID } from 'node:crypto';
import type { PatientState } from '@chartseal/contracts';
import type { Committed, Ledger } from '@chartseal/ports';
import {
  authenticate,
  type ClientCertificates,
  createRateLimit,
  type RateLimits,
  type Clock,
  Freshness,
  type Issuer,
  issuerOf,
  ledgerViewSource,
  LedgerView,
  type LogStanding,
  type Logger,
  type Metrics,
  observedLedger,
  type ReadyCheck,
  tokenVerifier,
  tracedRecords,
} from '@chartseal/server';
import type { Express, RequestHandler } from 'express';
import type { Engines } from './compose-engines.ts';
import { watchStanding } from './watch-standing.ts';

const viewWaitMs = 500;
/** How much longer than the staleness allowed a request waits for the ledger before it is 503. */
const heartbeatWaitMs = 800;

export type PlaceOptions = {
  readonly organization: string;
  readonly baseUrl: string;
  /** First part of the logs' origins. */
  readonly logOrigin: string;
  readonly anchorIntervalMs: number;
  readonly maxStalenessMs: number;
  readonly answerStepMs: number;
  /** How long an emergency lasts that is opened now. */
  readonly breakGlassMs: number;
  /** Requests a second, of a client. */
  readonly rateLimits: Readonly<Record<'own' | 'other', number>>;
  readonly clientCertificates: ClientCertificates;
  /** Which process this is, to those that share its stores. */
  readonly holder: string;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly log: Logger;
};

type Shared = Pick<Engines, 'eventLog' | 'vault' | 'cache' | 'validate' | 'valueSets'>;

const shared = ({ eventLog, vault, cache, validate, valueSets }: Engines): Shared => ({
  eventLog,
  vault,
  cache,
  validate,
  valueSets,
});

/** What every service of one hospital stands on: its stores, the ledger as it sees it, and who may call. */
export type Place = AsyncDisposable &
  Omit<Engines['stores'], 'events' | 'close'> &
  Shared &
  Pick<
    PlaceOptions,
    | 'organization'
    | 'logOrigin'
    | 'anchorIntervalMs'
    | 'answerStepMs'
    | 'breakGlassMs'
    | 'clientCertificates'
    | 'holder'
    | 'metrics'
    | 'clock'
    | 'log'
  > & {
    readonly limits: RateLimits;
    readonly ledger: Ledger;
    readonly network: string;
    readonly ledgerView: LedgerView<PatientState>;
    /** As it is asked by whoever discloses: the logs stand, and the view of the ledger is fresh enough. */
    readonly freshness: Pick<Freshness, 'ensureFresh'>;
    /** Whether this store is the one that goes on from what the ledger holds: asked before anything is taken in. */
    readonly standing: Pick<LogStanding, 'require'>;
    readonly issuer: Issuer;
    readonly fhirBaseUrl: string;
    readonly consentBaseUrl: string;
    readonly authenticated: RequestHandler;
    readonly randomBytes: (size: number) => Uint8Array;
    readonly randomUuid: () => string;
    readonly observeOwnCommit: (submittedAtMonotonicMs: number, blockNumber: number) => void;
    readonly onOwnCommit: (submittedAtMonotonicMs: number, committed: Committed) => Promise<void>;
    readonly ready: () => readonly ReadyCheck[];
  };

/**
 * One of the hospital's services, to be served alone or beside the others: starts what runs beside its requests, which the stack will end, and
 * says where its routers go.
 */
export type Part = (place: Place, opening: AsyncDisposableStack) => Promise<(app: Express) => void>;

type PassedOn = Pick<Place, keyof PlaceOptions & keyof Place>;

/** These and no others: whoever serves a place is told more, by names that stores have too. */
const passedOn = ({
  organization,
  logOrigin,
  anchorIntervalMs,
  answerStepMs,
  breakGlassMs,
  clientCertificates,
  holder,
  metrics,
  clock,
  log,
}: PlaceOptions): PassedOn => ({
  organization,
  logOrigin,
  anchorIntervalMs,
  answerStepMs,
  breakGlassMs,
  clientCertificates,
  holder,
  metrics,
  clock,
  log,
});

/** Begins to follow the ledger. Disposing of it ends that; engines and ledger are closed by who opened them. */
export const openPlace = async (engines: Engines, connection: Ledger, options: PlaceOptions): Promise<Place> => {
  const { baseUrl, maxStalenessMs, rateLimits, metrics, clock, log } = options;
  const ledger = observedLedger(connection, { metrics, clock });
  const issuer = issuerOf(baseUrl);
  const signingKey = await engines.vault.privateJwk('token-signing', 'ES384');
  const parseConsent = (json: string): PatientState => JSON.parse(json) as PatientState;
  const view = new LedgerView<PatientState>({ ledger, log, parseConsent }).start();
  const deadlineMs = maxStalenessMs + heartbeatWaitMs;
  const freshness = new Freshness({ view, ledger, clock, log, metrics, maxStalenessMs, deadlineMs });
  const limits: RateLimits = {
    own: createRateLimit({ perSecond: rateLimits.own }),
    other: createRateLimit({ perSecond: rateLimits.other }),
  };
  metrics.watch(ledgerViewSource({ freshness, ledgerView: view }));
  const standing = await watchStanding({ ...options, logs: engines.stores.logs, ledger });
  return {
    ...engines.stores,
    records: tracedRecords(engines.stores.records),
    ...shared(engines),
    ...passedOn(options),
    limits,
    ledger,
    network: ledger.network,
    ledgerView: view,
    freshness: {
      ensureFresh: async () => {
        standing.require();
        await freshness.ensureFresh();
      },
    },
    standing,
    issuer,
    fhirBaseUrl: issuer.fhirBaseUrl,
    consentBaseUrl: `${baseUrl}/consent`,
    authenticated: authenticate({
      verifyToken: await tokenVerifier({ issuer, signingKey, clock }),
      directory: view,
      limits,
    }),
    randomBytes: (size) => new Uint8Array(randomBytes(size)),
    randomUuid: randomUUID,
    observeOwnCommit: (submittedAtMs, blockNumber) => freshness.observeOwnCommit(submittedAtMs, blockNumber),
    onOwnCommit: async (submittedAtMs, committed) => {
      freshness.observeOwnCommit(submittedAtMs, committed.blockNumber);
      // Whoever granted may be read for at once. A repeat sets no event, so this does not wait for ever.
      await view.reached(committed, AbortSignal.timeout(viewWaitMs)).catch(() => undefined);
    },
    ready: () => [...engines.ready(), { name: 'ledger', check: () => view.ready() }],
    [Symbol.asyncDispose]: async () => {
      await standing[Symbol.asyncDispose]();
      await view[Symbol.asyncDispose]();
    },
  };
};
