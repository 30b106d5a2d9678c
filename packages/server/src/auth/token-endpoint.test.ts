import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decodeJwt } from 'jose';
import supertest from 'supertest';
import {
  TREAT,
  asEhr,
  asOther,
  ask,
  assertion,
  b2b,
  ehr,
  issuer,
  lab,
  now,
  other,
  world,
} from '../testing/token-world.ts';

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
