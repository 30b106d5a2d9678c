import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, it } from 'node:test';
import type { PublicJwk } from '@chartseal/contracts';
import supertest from 'supertest';
import { systemClock } from '../clock.ts';
import { createRateLimit } from '../http/rate-limit.ts';
import {
  type App,
  asEhr,
  asOther,
  ask,
  assertion,
  b2b,
  ehr,
  entry,
  other,
  party,
  unlimited,
  world,
} from '../testing/token-world.ts';
import { certificateHeader, type ClientCertificates } from './client-certificate.ts';

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

  it('are not given to another organisation whose assertion does not say by which one of its keys', async () => {
    const { app, directory } = await world();
    const refused = async (header: object): Promise<void> => {
      const jwt = await assertion({ as: other, clientId: 'hospital-b', claims: b2b(), header });
      const answer = await ask(app, jwt, 'system/*.rs');
      assert.deepEqual([answer.status, answer.body.error], [401, 'invalid_client']);
    };
    await refused({ kid: undefined });
    const twin = { ...(await party('ES256', 'b-1')).jwk } as PublicJwk;
    directory.set('hospital-b', entry('hospital-b', { jwks: { keys: [twin, other.jwk as PublicJwk] } }));
    await refused({});
  });

  it('leave the name of their client in the trail when they are not good any more', async () => {
    const told: unknown[] = [];
    const { app, directory } = await world(systemClock, {
      ...unlimited,
      onUnauthenticated: ({ client, route }) => told.push([client, route]),
    });
    const token = await tokenOf(app, await asOther(b2b()), 'system/*.rs');
    directory.set('hospital-b', entry('hospital-b', { status: 'suspended' }));
    await supertest(app).get('/fhir/whoami').auth(token, { type: 'bearer' });
    await supertest(app).get('/fhir/whoami').auth('a.b.c', { type: 'bearer' });
    assert.deepEqual(
      told.map((each) => (each as string[])[0]),
      ['hospital-b', undefined],
    );
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
  const asked = async (clientCertificates: ClientCertificates, pem: string | undefined, trustedProxy = 'loopback') => {
    const { app } = await world(systemClock, { limit, clientCertificates, trustedProxy });
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

  it('are not given for a certificate that somebody other than the proxy tells of', async () => {
    assert.equal((await asked('required', own, '192.0.2.1')).answer.status, 400);
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
