/** A token endpoint and one resource behind it, for tests: two own clients, hospital-b of the directory, and hospital-s, which is suspended. */
import { type ClientStore, type PrivateJwk, ChartsealError, type OwnClient } from '@chartseal/ports';
import type { PublicJwk } from '@chartseal/contracts';
import { type CryptoKey, type JWTPayload, SignJWT, exportJWK, generateKeyPair } from 'jose';
import supertest from 'supertest';
import { authRouter } from '../auth/auth-router.ts';
import { authenticate, principalOf, requireScope } from '../auth/authenticate.ts';
import type { ClientCertificates } from '../auth/client-certificate.ts';
import { clientRegistry } from '../auth/client-registry.ts';
import { issuerOf } from '../auth/issuer.ts';
import { smartConfiguration } from '../auth/smart-configuration.ts';
import { tokenVerifier } from '../auth/verify-token.ts';
import { type Clock, systemClock } from '../clock.ts';
import { type BaseOptions, createBase } from '../http/create-base.ts';
import { createLog } from '../http/log.ts';
import { createRateLimit, type RateLimit } from '../http/rate-limit.ts';
import { route } from '../http/route.ts';
import { sendFhir } from '../http/send-fhir.ts';
import type { DirectoryEntry } from '../ledger-view/directory.ts';
import { createMetrics } from '../metrics/metrics.ts';

export const issuer = issuerOf('http://gateway.test:8080');
export const TREAT = 'urn:oid:2.16.840.1.113883.5.8#TREAT';

const signingPair = await generateKeyPair('ES384', { extractable: true });
const signingKey = { ...(await exportJWK(signingPair.privateKey)), kid: 'token-1', alg: 'ES384' } as PrivateJwk;

export type Party = { privateKey: CryptoKey; jwk: Record<string, string>; alg: string };
export const party = async (alg: string, kid: string): Promise<Party> => {
  const pair = await generateKeyPair(alg, { extractable: true });
  return {
    privateKey: pair.privateKey,
    alg,
    jwk: { ...(await exportJWK(pair.publicKey)), kid } as unknown as Record<string, string>,
  };
};
export const ehr = await party('ES384', 'ehr-1');
export const lab = await party('RS384', 'lab-1');
export const other = await party('ES256', 'b-1');

export const entry = (id: string, overrides: Partial<DirectoryEntry> = {}): DirectoryEntry => ({
  id,
  name: id,
  mspId: id,
  parent: null,
  jwks: { keys: [other.jwk as PublicJwk] },
  fhirBaseUrl: null,
  tokenUrl: null,
  consentBaseUrl: null,
  witnessUrl: null,
  purposes: ['TREAT', 'HRESCH'],
  breakGlass: false,
  logs: [],
  status: 'active',
  ...overrides,
});

const own = (clientId: string, { jwk }: Party, scope: string): OwnClient => ({
  clientId,
  name: clientId,
  jwks: { keys: [jwk] },
  scope,
  purposeOfUse: 'TREAT',
});

export const unlimited: Options = { limit: createRateLimit({ perSecond: 0 }), clientCertificates: 'off' };
export type Options = {
  readonly limit: RateLimit;
  readonly clientCertificates: ClientCertificates;
  readonly trustedProxy?: string;
  readonly onUnauthenticated?: BaseOptions['onUnauthenticated'];
};

export const world = async (clock: Clock = systemClock, options: Options = unlimited) => {
  const directory = new Map([
    ['hospital-b', entry('hospital-b')],
    ['hospital-s', entry('hospital-s', { status: 'suspended' })],
  ]);
  const ownClients = new Map([
    ['ehr', own('ehr', ehr, 'system/*.cruds')],
    ['lab', own('lab', lab, 'system/Observation.cru system/Patient.rs')],
  ]);
  const used = new Set<string>();
  const clients: Pick<ClientStore, 'find' | 'useJti'> = {
    find: async (id) => ownClients.get(id),
    useJti: async (iss, jti) => {
      const name = JSON.stringify([iss, jti]);
      if (used.has(name)) return 'again';
      used.add(name);
      return 'first';
    },
  };
  let stale = false;
  const freshness = {
    ensureFresh: async () => {
      if (stale) throw new ChartsealError('ledger-stale', 'stale');
    },
  };
  const view = { organization: (id: string) => directory.get(id) };
  const registry = clientRegistry({ clients, ownOrganization: 'hospital-a', directory: view, freshness });
  const log = createLog({ service: 'test', level: 'silent' });
  const verifyToken = await tokenVerifier({ issuer, signingKey, clock });
  const app = createBase({
    metrics: createMetrics({ service: 'test', version: '0', clock: systemClock }),
    log,
    ready: [],
    trustedProxy: options.trustedProxy,
    ...(options.onUnauthenticated === undefined ? {} : { onUnauthenticated: options.onUnauthenticated }),
    mount: (base) => {
      base.use('/auth', authRouter({ ...options, issuer, signingKey, registry, clients, clock, log }));
      route(base, '/fhir/.well-known/smart-configuration', {
        get: smartConfiguration(issuer, options.clientCertificates),
      });
      base.use(
        '/fhir',
        authenticate({ verifyToken, directory: view, limits: { own: options.limit, other: options.limit } }),
      );
      route(base, '/fhir/whoami', { get: (_req, res) => sendFhir(res, 200, JSON.stringify(principalOf(res))) });
      route(base, '/fhir/:type', {
        post: (req, res) => {
          requireScope(principalOf(res), String(req.params['type']), 'c');
          sendFhir(res, 201, '{}');
        },
      });
    },
  });
  return { app, directory, goStale: () => (stale = true) };
};

export const b2b = (purposes: readonly string[] = [TREAT], organization = 'hospital-b') => ({
  extensions: { 'hl7-b2b': { version: '1', organization_id: organization, purpose_of_use: purposes } },
});

type Assertion = { as: Party; clientId: string; claims?: JWTPayload; header?: object };
let count = 0;
export const assertion = ({ as, clientId, claims = {}, header = {} }: Assertion): Promise<string> => {
  const now = Math.floor(Date.now() / 1000);
  const base = {
    iss: clientId,
    sub: clientId,
    aud: issuer.tokenUrl,
    iat: now,
    exp: now + 120,
    jti: `jti-${(count += 1)}`,
  };
  return new SignJWT({ ...base, ...claims })
    .setProtectedHeader({ alg: as.alg, kid: as.jwk['kid'] ?? '', typ: 'JWT', ...header })
    .sign(as.privateKey);
};

export type App = Awaited<ReturnType<typeof world>>['app'];
export const ask = (app: App, jwt: string, scope: string | undefined, more: Record<string, string> = {}) =>
  supertest(app)
    .post('/auth/token')
    .type('form')
    .send({
      grant_type: 'client_credentials',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: jwt,
      ...(scope === undefined ? {} : { scope }),
      ...more,
    });

export const asEhr = (claims?: JWTPayload) =>
  assertion({ as: ehr, clientId: 'ehr', ...(claims === undefined ? {} : { claims }) });
export const asOther = (claims: JWTPayload, clientId = 'hospital-b') => assertion({ as: other, clientId, claims });
export const now = () => Math.floor(Date.now() / 1000);
