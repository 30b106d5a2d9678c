/** The token endpoint refuses in OAuth's own form (RFC 6749 §5.2), and gives no token for what cannot be told (SMART Backend Services). */
import { deepEqual, equal } from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { generateKeyPair, importJWK, SignJWT } from 'jose';
import type { Answer, Hospital } from '../testing/caller.ts';
import { GatewayProcess } from '../testing/gateway-process.ts';

const oid = 'urn:oid:2.16.840.1.113883.5.8';
const soon = (seconds: number): number => Math.floor(Date.now() / 1000) + seconds;
const b2b = (organization: string, ...purposes: readonly string[]): object => ({
  extensions: { 'hl7-b2b': { version: '1', organization_id: organization, purpose_of_use: purposes } },
});
const honest = b2b('hospital-b', `${oid}#TREAT`);

type Request = {
  readonly claims?: object;
  readonly header?: object;
  readonly form?: Readonly<Record<string, string>>;
  readonly as?: Hospital;
  readonly signer?: 'stranger';
};
type Row = readonly [name: string, request: Request, status: number, error: string];

const rows: readonly Row[] = [
  ['an assertion that has expired', { claims: { exp: soon(-1) } }, 401, 'invalid_client'],
  ['an assertion that lives ten minutes', { claims: { exp: soon(600) } }, 401, 'invalid_client'],
  ['an assertion without an end', { claims: { exp: undefined } }, 401, 'invalid_client'],
  ['an assertion without a jti', { claims: { jti: undefined } }, 401, 'invalid_client'],
  ['an assertion for somebody else', { claims: { aud: 'https://elsewhere.example/token' } }, 401, 'invalid_client'],
  ['an assertion for two audiences', { claims: { aud: ['x', 'y'] } }, 401, 'invalid_client'],
  ['another subject', { claims: { sub: 'hospital-c' } }, 401, 'invalid_client'],
  ['an issuer whom nobody knows', { claims: { iss: 'nobody', sub: 'nobody' } }, 401, 'invalid_client'],
  ['the signature of a stranger', { signer: 'stranger' }, 401, 'invalid_client'],
  ['a kid that the directory does not have', { header: { kid: 'other' } }, 401, 'invalid_client'],
  ['no purpose', { claims: { extensions: undefined } }, 400, 'invalid_request'],
  ['an unknown purpose', { claims: b2b('hospital-b', `${oid}#CURIOSITY`) }, 400, 'invalid_request'],
  ['a purpose that the directory does not allow', { claims: b2b('hospital-b', `${oid}#BTG`) }, 400, 'invalid_request'],
  ['a purpose of another code system', { claims: b2b('hospital-b', 'urn:oid:1.2#TREAT') }, 400, 'invalid_request'],
  ['two purposes', { claims: b2b('hospital-b', `${oid}#TREAT`, `${oid}#HPAYMT`) }, 400, 'invalid_request'],
  ['another organisation’s id', { claims: b2b('hospital-c', `${oid}#TREAT`) }, 400, 'invalid_request'],
  ['an unknown scope', { form: { scope: 'system/Everything.rs' } }, 400, 'invalid_scope'],
  ['a scope to write, by another organisation', { form: { scope: 'system/*.cruds' } }, 400, 'invalid_scope'],
  ['no scope', { form: { scope: '' } }, 400, 'invalid_scope'],
  ['another grant type', { form: { grant_type: 'password' } }, 400, 'unsupported_grant_type'],
  ['an assertion that is none', { form: { client_assertion: 'a.b.c' } }, 400, 'invalid_request'],
];

describe('The token endpoint', () => {
  let gateway: GatewayProcess;
  before(async () => {
    gateway = await GatewayProcess.start();
  });
  after(() => gateway[Symbol.asyncDispose]());

  const assertion = async ({ claims = {}, header = {}, as = 'hospital-b', signer }: Request): Promise<string> => {
    const { clientId, privateJwk } = gateway.sandbox.clients[as];
    const { kid, alg = 'ES384' } = privateJwk;
    const own = { iss: clientId, sub: clientId, aud: gateway.sandbox.tokenUrl, jti: randomUUID(), exp: soon(240) };
    const key = signer === 'stranger' ? (await generateKeyPair(alg)).privateKey : await importJWK(privateJwk, alg);
    return new SignJWT(JSON.parse(JSON.stringify({ ...own, ...honest, ...claims })) as Record<string, unknown>)
      .setProtectedHeader({ alg, ...(kid === undefined ? {} : { kid }), ...header })
      .sign(key);
  };
  const ask = (clientAssertion: string, form: Readonly<Record<string, string>> = {}): Promise<Answer> =>
    gateway.send('POST', gateway.sandbox.tokenUrl, {
      as: 'nobody',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        scope: 'system/*.rs',
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: clientAssertion,
        ...form,
      }).toString(),
    });
  const errorOf = ({ headers, text }: Answer): string => {
    equal(headers.get('content-type')?.split(';')[0], 'application/json');
    equal(headers.get('cache-control'), 'no-store');
    const answer = JSON.parse(text) as Record<string, unknown>;
    deepEqual(
      Object.keys(answer).filter((name) => !['error', 'error_description', 'scope'].includes(name)),
      [],
    );
    return String(answer['error']);
  };

  for (const [name, request, status, error] of rows)
    it(`${name}: ${status} ${error}`, async () => {
      const answer = await ask(await assertion(request), request.form);
      equal(answer.status, status, answer.text);
      equal(errorOf(answer), error);
    });

  it('takes an assertion once, whoever is faster', async () => {
    const used = await assertion({});
    const answers = await Promise.all([ask(used), ask(used), ask(used)]);
    deepEqual(
      answers.map(({ status }) => status).toSorted((a, b) => a - b),
      [200, 401, 401],
    );
    for (const answer of answers.filter(({ status }) => status === 401)) equal(errorOf(answer), 'invalid_client');
    await gateway.kill('SIGKILL');
    await gateway.restart();
    equal((await ask(used)).status, 401);
  });

  it('wants a form', async () => {
    const { tokenUrl } = gateway.sandbox;
    const answer = await gateway.send('POST', tokenUrl, { as: 'nobody', body: '{}' });
    equal(answer.status, 400, answer.text);
    equal(errorOf(answer), 'invalid_request');
    equal((await gateway.send('GET', tokenUrl, { as: 'nobody' })).status, 405);
  });
});
