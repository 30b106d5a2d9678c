import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { type ClientStore, type PrivateJwk, ChartsealError, type OwnClient } from '@chartseal/ports';
import type { PublicJwk } from '@chartseal/contracts';
import { type CryptoKey, type JWTPayload, SignJWT, decodeJwt, exportJWK, generateKeyPair } from 'jose';
import supertest from 'supertest';
import { type Clock, systemClock } from '../clock.ts';
import { createBase } from '../http/create-base.ts';
import { createRateLimit, type RateLimit } from '../http/rate-limit.ts';
import { createLog } from '../http/log.ts';
import { route } from '../http/route.ts';
import { sendFhir } from '../http/send-fhir.ts';
import { createMetrics } from '../metrics/metrics.ts';
import type { DirectoryEntry } from '../ledger-view/directory.ts';
import { authRouter } from './auth-router.ts';
import { authenticate, principalOf, requireScope } from './authenticate.ts';
import { certificateHeader, type ClientCertificates } from './client-certificate.ts';
import { clientRegistry } from './client-registry.ts';
import { issuerOf } from './issuer.ts';
import { smartConfiguration } from './smart-configuration.ts';
import { tokenVerifier } from './verify-token.ts';

const issuer = issuerOf('http://gateway.test:8080');
const TREAT = 'urn:oid:2.16.840.1.113883.5.8#TREAT';

const signingPair = await generateKeyPair('ES384', { extractable: true });
const signingKey = { ...(await exportJWK(signingPair.privateKey)), kid: 'token-1', alg: 'ES384' } as PrivateJwk;

type Party = { privateKey: CryptoKey; jwk: Record<string, string>; alg: string };
const party = async (alg: string, kid: string): Promise<Party> => {
  const pair = await generateKeyPair(alg, { extractable: true });
  return {
    privateKey: pair.privateKey,
    alg,
    jwk: { ...(await exportJWK(pair.publicKey)), kid } as unknown as Record<string, string>,
  };
};
const ehr = await party('ES384', 'ehr-1');
const lab = await party('RS384', 'lab-1');
const other = await party('ES256', 'b-1');

const entry = (id: string, overrides: Partial<DirectoryEntry> = {}): DirectoryEntry => ({
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

const unlimited: Options = { limit: createRateLimit({ perSecond: 0 }), clientCertificates: 'off' };
type Options = { readonly limit: RateLimit; readonly clientCertificates: ClientCertificates };

const world = async (clock: Clock = systemClock, options: Options = unlimited) => {
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

const b2b = (purposes: readonly string[] = [TREAT], organization = 'hospital-b') => ({
  extensions: { 'hl7-b2b': { version: '1', organization_id: organization, purpose_of_use: purposes } },
});

type Assertion = { as: Party; clientId: string; claims?: JWTPayload; alg?: string };
let count = 0;
const assertion = ({ as, clientId, claims = {} }: Assertion): Promise<string> => {
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
    .setProtectedHeader({ alg: as.alg, kid: as.jwk['kid'] ?? '', typ: 'JWT' })
    .sign(as.privateKey);
};

type App = Awaited<ReturnType<typeof world>>['app'];
const ask = (app: App, jwt: string, scope: string | undefined, more: Record<string, string> = {}) =>
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

const asEhr = (claims?: JWTPayload) =>
  assertion({ as: ehr, clientId: 'ehr', ...(claims === undefined ? {} : { claims }) });
const asOther = (claims: JWTPayload, clientId = 'hospital-b') => assertion({ as: other, clientId, claims });
const now = () => Math.floor(Date.now() / 1000);

describe('token endpoint', () => {
  it('gives own clients a token for their registered purpose, for ES384 and RS384', async () => {
    const { app } = await world();
    for (const [as, clientId, scope] of [
      [ehr, 'ehr', 'system/*.cruds'],
      [lab, 'lab', 'system/Observation.r system/Patient.s'],
    ] as const) {
      const answer = await ask(app, await assertion({ as, clientId }), scope);
      assert.equal(answer.status, 200, answer.text);
      assert.equal(answer.body.token_type, 'Bearer');
      assert.equal(answer.body.expires_in, 300);
      assert.equal(answer.body.scope, scope);
      assert.match(String(answer.headers['cache-control']), /no-store/);
      const who = await supertest(app).get('/fhir/whoami').auth(answer.body.access_token, { type: 'bearer' });
      assert.equal(who.status, 200, who.text);
      const { kind, organization, purpose } = JSON.parse(who.text);
      assert.deepEqual({ kind, organization, purpose }, { kind: 'own', organization: 'hospital-a', purpose: 'TREAT' });
    }
  });

  it('knows another organisation by the directory, and copies its subject for the audit', async () => {
    const { app } = await world();
    const claims = b2b();
    Object.assign(claims.extensions['hl7-b2b'], { subject_name: 'Dr. B', subject_id: 'urn:x#1' });
    const answer = await ask(app, await asOther(claims), 'system/*.rs');
    assert.equal(answer.status, 200, answer.text);
    const { purpose, organization, subject, kind, aud, iss, sub } = decodeJwt(answer.body.access_token);
    assert.deepEqual(
      { purpose, organization, subject, kind, aud, iss, sub },
      {
        kind: 'other',
        purpose: 'TREAT',
        organization: 'hospital-b',
        subject: { subject_name: 'Dr. B', subject_id: 'urn:x#1' },
        aud: issuer.fhirBaseUrl,
        iss: issuer.issuer,
        sub: 'hospital-b',
      },
    );
  });

  const refusals: readonly [string, () => Promise<string>, string | undefined, number, string][] = [
    ['no scope', () => asEhr(), undefined, 400, 'invalid_scope'],
    ['an unknown scope', () => asEhr(), 'patient/*.rs', 400, 'invalid_scope'],
    ['a v1 scope', () => asEhr(), 'system/*.read', 400, 'invalid_scope'],
    ['one good and one bad scope', () => asEhr(), 'system/*.rs foo', 400, 'invalid_scope'],
    [
      'more than registered',
      () => assertion({ as: lab, clientId: 'lab' }),
      'system/Observation.cruds',
      400,
      'invalid_scope',
    ],
    ['a write by another organisation', () => asOther(b2b()), 'system/*.cruds', 400, 'invalid_scope'],
    ['no B2B object', () => asOther({}), 'system/*.rs', 400, 'invalid_request'],
    ['no purpose', () => asOther(b2b([])), 'system/*.rs', 400, 'invalid_request'],
    [
      'two purposes',
      () => asOther(b2b([TREAT, TREAT.replace('TREAT', 'HRESCH')])),
      'system/*.rs',
      400,
      'invalid_request',
    ],
    [
      'an unknown purpose',
      () => asOther(b2b([TREAT.replace('TREAT', 'NONSENSE')])),
      'system/*.rs',
      400,
      'invalid_request',
    ],
    [
      'an unauthorised purpose',
      () => asOther(b2b([TREAT.replace('TREAT', 'HMARKT')])),
      'system/*.rs',
      400,
      'invalid_request',
    ],
    ['a bare purpose', () => asOther(b2b(['TREAT'])), 'system/*.rs', 400, 'invalid_request'],
    ['another organisation id', () => asOther(b2b([TREAT], 'hospital-c')), 'system/*.rs', 400, 'invalid_request'],
    [
      'own client with another purpose',
      () => asEhr(b2b([TREAT.replace('TREAT', 'HRESCH')], 'hospital-a')),
      'system/*.rs',
      400,
      'invalid_request',
    ],
    [
      'a suspended organisation',
      () => asOther(b2b([TREAT], 'hospital-s'), 'hospital-s'),
      'system/*.rs',
      401,
      'invalid_client',
    ],
    ['an unknown client', () => asOther({}, 'nobody'), 'system/*.rs', 401, 'invalid_client'],
    ['an expired assertion', () => asEhr({ exp: now() - 1 }), 'system/*.rs', 401, 'invalid_client'],
    ['one that lives too long', () => asEhr({ exp: now() + 360 }), 'system/*.rs', 401, 'invalid_client'],
    ['the issuer as audience', () => asEhr({ aud: issuer.issuer }), 'system/*.rs', 401, 'invalid_client'],
    [
      'a list of audiences',
      () => asEhr({ aud: [issuer.tokenUrl, 'https://x.test'] }),
      'system/*.rs',
      401,
      'invalid_client',
    ],
    ['another issuer', () => asEhr({ iss: 'lab' }), 'system/*.rs', 401, 'invalid_client'],
    [
      'a foreign key',
      () => assertion({ as: { ...other, alg: 'ES256' }, clientId: 'ehr' }),
      'system/*.rs',
      401,
      'invalid_client',
    ],
    ['no jti', () => asEhr({ jti: '' }), 'system/*.rs', 401, 'invalid_client'],
    ['what is no JWT', async () => 'a.b.c', 'system/*.rs', 400, 'invalid_request'],
  ];
  for (const [what, jwt, scope, status, error] of refusals) {
    it(`refuses ${what}`, async () => {
      const { app } = await world();
      const answer = await ask(app, await jwt(), scope);
      assert.deepEqual([answer.status, answer.body.error], [status, error], answer.text);
      assert.match(String(answer.headers['content-type']), /^application\/json/);
    });
  }

  it('takes an assertion once, even when it comes twice at the same moment', async () => {
    const { app } = await world();
    const jwt = await asEhr();
    const answers = await Promise.all(Array.from({ length: 5 }, () => ask(app, jwt, 'system/*.rs')));
    assert.deepEqual(
      answers.map(({ status }) => status).toSorted((a, b) => a - b),
      [200, 401, 401, 401, 401],
    );
  });

  it('offers nothing but client_credentials by POST', async () => {
    const { app } = await world();
    const grant = await ask(app, await asEhr(), 'system/*.rs', { grant_type: 'authorization_code' });
    assert.deepEqual([grant.status, grant.body.error], [400, 'unsupported_grant_type']);
    const secret = await supertest(app)
      .post('/auth/token')
      .type('form')
      .send({ grant_type: 'client_credentials', client_id: 'ehr', client_secret: 'x' });
    assert.ok([400, 401].includes(secret.status), secret.text);
    assert.equal((await supertest(app).get('/auth/token')).status, 405);
    assert.equal((await supertest(app).get('/auth/auth')).status, 404);
    assert.equal((await supertest(app).get('/auth/.well-known/openid-configuration')).status, 404);
  });

  it('answers 503 with Retry-After where the directory may be out of date', async () => {
    const { app, goStale } = await world();
    goStale();
    const answer = await ask(app, await asOther(b2b()), 'system/*.rs');
    assert.deepEqual(
      [answer.status, answer.body.error, answer.headers['retry-after']],
      [503, 'temporarily_unavailable', '1'],
    );
    assert.equal((await ask(app, await asEhr(), 'system/*.rs')).status, 200);
  });

  it('publishes public keys and what works, without a token', async () => {
    const { app } = await world();
    const jwks = await supertest(app).get('/auth/jwks');
    assert.equal(jwks.status, 200);
    assert.equal(jwks.body.keys[0].d, undefined);
    const smart = await supertest(app).get('/fhir/.well-known/smart-configuration');
    assert.equal(smart.body.token_endpoint, issuer.tokenUrl);
  });
});

describe('access tokens', () => {
  const tokenOf = async (app: App, jwt: string, scope: string): Promise<string> =>
    String((await ask(app, jwt, scope)).body.access_token);

  it('are asked for with a challenge', async () => {
    const { app } = await world();
    const none = await supertest(app).get('/fhir/whoami');
    assert.deepEqual([none.status, none.headers['www-authenticate']], [401, 'Bearer realm="chartseal"']);
    assert.equal(none.body.resourceType, 'OperationOutcome');
    const bad = await supertest(app).get('/fhir/whoami').auth('a.b.c', { type: 'bearer' });
    assert.deepEqual(
      [bad.status, bad.headers['www-authenticate']],
      [401, 'Bearer realm="chartseal", error="invalid_token"'],
    );
  });

  it('expire, also when they were seen before', async () => {
    let ahead = 0;
    const { app } = await world({ ...systemClock, wallMs: () => Date.now() + ahead });
    const token = await tokenOf(app, await asEhr(), 'system/*.rs');
    assert.equal((await supertest(app).get('/fhir/whoami').auth(token, { type: 'bearer' })).status, 200);
    ahead = 301_000;
    assert.equal((await supertest(app).get('/fhir/whoami').auth(token, { type: 'bearer' })).status, 401);
  });

  it('do not live longer because they were issued while the clock was ahead', async () => {
    let ahead = 0;
    const { app } = await world({ ...systemClock, wallMs: () => Date.now() + ahead });
    const token = await tokenOf(app, await asEhr(), 'system/*.rs');
    ahead = -3_600_000;
    assert.equal((await supertest(app).get('/fhir/whoami').auth(token, { type: 'bearer' })).status, 401);
    ahead = 0;
    assert.equal((await supertest(app).get('/fhir/whoami').auth(token, { type: 'bearer' })).status, 200);
    ahead = -3_600_000;
    assert.equal((await supertest(app).get('/fhir/whoami').auth(token, { type: 'bearer' })).status, 401);
  });

  it('are of no use to an organisation once it is suspended', async () => {
    const { app, directory } = await world();
    const token = await tokenOf(app, await asOther(b2b()), 'system/*.rs');
    assert.equal((await supertest(app).get('/fhir/whoami').auth(token, { type: 'bearer' })).status, 200);
    directory.set('hospital-b', entry('hospital-b', { status: 'suspended' }));
    assert.equal((await supertest(app).get('/fhir/whoami').auth(token, { type: 'bearer' })).status, 401);
  });

  it('let another organisation write nothing', async () => {
    const { app } = await world();
    const mine = await tokenOf(app, await asEhr(), 'system/*.cruds');
    assert.equal((await supertest(app).post('/fhir/Patient').auth(mine, { type: 'bearer' })).status, 201);
    const theirs = await tokenOf(app, await asOther(b2b()), 'system/*.rs');
    assert.equal((await supertest(app).post('/fhir/Patient').auth(theirs, { type: 'bearer' })).status, 403);
  });

  it('end with the key that asked for them', async () => {
    const { app, directory } = await world();
    const token = await tokenOf(app, await asOther(b2b()), 'system/*.rs');
    const whoami = async () => (await supertest(app).get('/fhir/whoami').auth(token, { type: 'bearer' })).status;
    const fresh = (await party('ES256', 'b-2')).jwk as PublicJwk;
    directory.set('hospital-b', entry('hospital-b', { jwks: { keys: [fresh, other.jwk as PublicJwk] } }));
    assert.equal(await whoami(), 200);
    directory.set('hospital-b', entry('hospital-b', { jwks: { keys: [fresh] } }));
    assert.equal(await whoami(), 401);
    directory.set('hospital-b', entry('hospital-b', { jwks: { keys: [{ ...fresh, kid: 'b-1' }] } }));
    assert.equal(await whoami(), 401);
  });
});

describe('RFC 8705 access tokens bound to a certificate', () => {
  const certificate = (name: string): string =>
    execFileSync(
      'openssl',
      [
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:prime256v1',
        '-nodes',
        '-keyout',
        '/dev/null',
        '-subj',
        `/CN=${name}`,
      ],
      { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
    );
  const [own, stolen] = [certificate('b'), certificate('thief')];
  const limit = createRateLimit({ perSecond: 0 });
  const asked = async (clientCertificates: ClientCertificates, pem: string | undefined) => {
    const { app } = await world(systemClock, { limit, clientCertificates });
    const request = ask(app, await asOther(b2b()), 'system/*.rs');
    if (pem !== undefined) request.set(certificateHeader, encodeURIComponent(pem));
    const answer = await request;
    const whoami = async (shown: string | undefined): Promise<number> => {
      const read = supertest(app).get('/fhir/whoami').auth(String(answer.body.access_token), { type: 'bearer' });
      if (shown !== undefined) read.set(certificateHeader, shown === '' ? '' : encodeURIComponent(shown));
      return (await read).status;
    };
    return { answer, whoami };
  };

  it('serve whoever has the certificate, and nobody else', async () => {
    for (const mode of ['optional', 'required'] as const) {
      const { answer, whoami } = await asked(mode, own);
      assert.equal(answer.status, 200, answer.text);
      assert.equal(await whoami(own), 200);
      for (const shown of [undefined, '', stolen, 'nonsense']) assert.equal(await whoami(shown), 401);
    }
  });

  it('are given to nobody without a certificate where one is required, and unbound where it is not', async () => {
    assert.equal((await asked('required', undefined)).answer.status, 400);
    assert.equal((await asked('required', 'nonsense')).answer.status, 400);
    const { answer, whoami } = await asked('optional', undefined);
    assert.equal(answer.status, 200, answer.text);
    assert.equal(await whoami(undefined), 200);
  });

  it('are not bound where no proxy is said to tell the truth', async () => {
    const { whoami } = await asked('off', own);
    assert.equal(await whoami(undefined), 200);
  });
});

describe('rate limits', () => {
  it('answer 429 with Retry-After to one client, at the token endpoint in OAuth’s words, and leave the others alone', async () => {
    const { app } = await world(systemClock, { limit: createRateLimit({ perSecond: 2 }), clientCertificates: 'off' });
    const answers = [];
    for (let count = 0; count < 8; count += 1) answers.push(await ask(app, await asOther(b2b()), 'system/*.rs'));
    const [first, last] = [answers[0], answers.at(-1)];
    assert.equal(first?.status, 200);
    assert.deepEqual(
      [last?.status, last?.headers['retry-after'], last?.body.error],
      [429, '1', 'temporarily_unavailable'],
    );
    const token = String(first.body.access_token);
    const reads = [];
    for (let count = 0; count < 8; count += 1)
      reads.push(await supertest(app).get('/fhir/whoami').auth(token, { type: 'bearer' }));
    const refused = reads.find(({ status }) => status === 429);
    assert.equal(reads[0]?.status, 200);
    assert.equal(refused?.body.issue[0].code, 'throttled');
    assert.match(String(refused?.headers['retry-after']), /^\d+$/);
    assert.equal((await ask(app, await asEhr(), 'system/*.rs')).status, 200);
  });

  it('are not used up by whoever cannot prove to be the client', async () => {
    const { app } = await world(systemClock, { limit: createRateLimit({ perSecond: 1 }), clientCertificates: 'off' });
    for (let count = 0; count < 20; count += 1)
      assert.equal(
        (await ask(app, await assertion({ as: ehr, clientId: 'hospital-b', claims: b2b() }), 'system/*.rs')).status,
        401,
      );
    assert.equal((await ask(app, await asOther(b2b()), 'system/*.rs')).status, 200);
  });
});
