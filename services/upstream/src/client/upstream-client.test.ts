import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { once } from 'node:events';
import type { Server } from 'node:http';
import { after, before, beforeEach, describe, it } from 'node:test';
import { createMetrics } from '@chartseal/server';
import express from 'express';
import { exportJWK, generateKeyPair, importJWK, jwtVerify } from 'jose';
import { Agent } from 'undici';
import { openStubUpstream, type StubUpstream } from '../testing/stub-upstream.ts';
import { type Authorization, tokensFor } from './authorization.ts';
import { readCapabilities } from './capabilities.ts';
import { pace } from './pace.ts';
import { upstreamClient, type UpstreamClient } from './upstream-client.ts';
import { isUpstreamError } from './upstream-error.ts';

const clock = { wallMs: Date.now, monotonicMs: () => performance.now() };
const signal = new AbortController().signal;

describe('A client of the upstream', () => {
  const agent = new Agent({ maxResponseSize: 1_000_000 });
  let stub: StubUpstream;
  before(async () => {
    stub = await openStubUpstream();
    stub.records.put('Patient', 'p');
  });
  after(async () => {
    await stub.close();
    await agent.destroy();
  });
  beforeEach(() => {
    stub.authorizations.length = 0;
    stub.before = () => false;
  });

  const clientWith = (authorization: Authorization): UpstreamClient =>
    upstreamClient({
      baseUrl: stub.baseUrl,
      requestsPerSecond: 1000,
      tokens: tokensFor(authorization, agent, clock),
      dispatcher: agent,
      clock,
      sleep: async () => {},
      random: () => 0,
      metrics: createMetrics({ service: 'test', version: '0', clock }),
    });

  it('shows no token, or the one that it was given', async () => {
    await clientWith({ kind: 'none' }).read('Patient', 'p', signal);
    await clientWith({ kind: 'bearer', token: 'abc' }).read('Patient', 'p', signal);
    deepEqual(stub.authorizations, [undefined, 'Bearer abc']);
  });

  it('tells what is not there from what it cannot have', async () => {
    const client = clientWith({ kind: 'none' });
    equal(await client.read('Patient', 'no-such', signal), undefined);
    for (const [status, code] of [
      [400, 'refused'],
      [401, 'denied'],
      [403, 'denied'],
      [429, 'throttled'],
      [500, 'away'],
      [304, 'protocol'],
    ] as const) {
      stub.before = (_req, res) => Boolean(res.status(status).end());
      await rejects(client.read('Patient', 'p', signal), (error) => isUpstreamError(error, code), String(status));
    }
  });

  for (const [what, body, code] of [
    ['no JSON', '<html></html>', 'protocol'],
    ['no resource', '[]', 'protocol'],
    ['what is not UTF-8', Buffer.from('{"resourceType":"Patient","id":"\xe4"}', 'latin1'), 'protocol'],
    ['more than fits', JSON.stringify({ resourceType: 'Patient', id: 'x'.repeat(1_100_000) }), 'away'],
  ] as const)
    it(`takes no answer that is ${what}`, async () => {
      stub.before = (_req, res) => Boolean(res.type('application/fhir+json').end(body));
      await rejects(clientWith({ kind: 'none' }).read('Patient', 'p', signal), (error) => isUpstreamError(error, code));
    });

  it('tells apart what it cannot read strictly, but not by its numbers', async () => {
    stub.before = (_req, res) =>
      Boolean(res.type('application/fhir+json').end('{"resourceType":"Patient","id":"1","a":1.10,"a":1.10}'));
    const received = await clientWith({ kind: 'none' }).read('Patient', 'p', signal);
    deepEqual(received, { resource: { resourceType: 'Patient', id: '1', a: 1.1 }, numbers: undefined });
  });

  it('gives up when it is told to, whatever it waits for', async () => {
    const ended = new AbortController();
    stub.before = () => {
      ended.abort();
      return true;
    };
    await rejects(clientWith({ kind: 'none' }).read('Patient', 'p', ended.signal), { name: 'AbortError' });
  });

  describe('with SMART Backend Services', () => {
    const asked: Readonly<Record<string, string>>[] = [];
    let lifetime = 300;
    let tokenUrl = '';
    let authorization: Authorization;
    const app = express();
    let server: Server;
    before(async () => {
      server = app.listen(0, '127.0.0.1');
      await once(server, 'listening');
      const address = server.address();
      ok(typeof address === 'object' && address !== null);
      tokenUrl = `http://127.0.0.1:${address.port}/token`;
      app.post('/token', express.urlencoded({ extended: false }), (req, res) => {
        asked.push(req.body as Record<string, string>);
        res.json({ access_token: `token-${asked.length}`, token_type: 'bearer', expires_in: lifetime });
      });
      app.post('/no-token', (_req, res) => void res.status(400).json({ error: 'invalid_client' }));
      const { privateKey } = await generateKeyPair('ES384', { extractable: true });
      const key = { ...(await exportJWK(privateKey)), kid: 'k1', alg: 'ES384' };
      authorization = { kind: 'backend-services', tokenUrl, clientId: 'gateway', scope: 'system/*.rs', key };
    });
    after(() => {
      server.closeAllConnections();
      server.close();
    });
    beforeEach(() => {
      asked.length = 0;
    });

    it('asks for a token with a signed assertion, and uses it until shortly before it ends', async () => {
      const client = clientWith(authorization);
      await client.read('Patient', 'p', signal);
      await client.read('Patient', 'p', signal);
      deepEqual(stub.authorizations, ['Bearer token-1', 'Bearer token-1']);
      const { client_assertion: assertion = '', ...rest } = asked[0] ?? {};
      deepEqual(rest, {
        grant_type: 'client_credentials',
        scope: 'system/*.rs',
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      });
      ok(authorization.kind === 'backend-services');
      const { d: _, ...publicKey } = authorization.key;
      const { payload, protectedHeader } = await jwtVerify(assertion, await importJWK(publicKey, 'ES384'), {
        issuer: 'gateway',
        subject: 'gateway',
        audience: tokenUrl,
      });
      equal(protectedHeader.kid, 'k1');
      ok(payload.jti !== undefined && (payload.exp ?? Infinity) - (payload.iat ?? 0) <= 300);
    });

    it('asks for another where one was not taken, once', async () => {
      const client = clientWith(authorization);
      let refusals = 1;
      stub.before = (_req, res) => refusals-- > 0 && Boolean(res.status(401).end());
      await client.read('Patient', 'p', signal);
      deepEqual(stub.authorizations, ['Bearer token-1', 'Bearer token-2']);
      refusals = 99;
      await rejects(client.read('Patient', 'p', signal), (error) => isUpstreamError(error, 'denied'));
      equal(asked.length, 3);
    });

    it('asks for another in time', async () => {
      lifetime = 0;
      const client = clientWith(authorization);
      await client.read('Patient', 'p', signal);
      await client.read('Patient', 'p', signal);
      equal(asked.length, 2);
    });

    it('reads nothing without a token', async () => {
      ok(authorization.kind === 'backend-services');
      const client = clientWith({ ...authorization, tokenUrl: tokenUrl.replace('/token', '/no-token') });
      await rejects(client.read('Patient', 'p', signal), (error) => isUpstreamError(error, 'denied'));
      deepEqual(stub.authorizations, []);
    });
  });
});

describe('The pace', () => {
  it('lets no more through than it may, and makes nobody wait who comes later', async () => {
    let nowMs = 0;
    const slept: number[] = [];
    const turn = pace(4, { clock: { monotonicMs: () => nowMs }, sleep: async (ms) => void slept.push(ms) });
    for (let times = 0; times < 4; times += 1) await turn(signal);
    nowMs = 5000;
    await turn(signal);
    deepEqual(slept, [250, 500, 750]);
  });
});

describe('Capabilities', () => {
  it('are the types that can be searched, what others refer to first, but for the log of our own requests', () => {
    const can = (type: string, ...codes: readonly string[]) => ({ type, interaction: codes.map((code) => ({ code })) });
    const resource = [
      can('Provenance', 'search-type'),
      can('Observation', 'search-type', 'history-type'),
      can('Binary', 'read'),
      can('AuditEvent', 'search-type'),
      can('Patient', 'search-type'),
      can('NoSuchType', 'search-type'),
      can('Organization', 'search-type', 'history-type'),
    ];
    const { searchable, withHistory } = readCapabilities({
      resourceType: 'CapabilityStatement',
      rest: [{ mode: 'server', resource }],
    });
    deepEqual(searchable, ['Organization', 'Patient', 'Observation', 'Provenance']);
    deepEqual([...withHistory], ['Observation', 'Organization']);
  });
});
