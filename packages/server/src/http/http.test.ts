import assert from 'node:assert/strict';
import { request } from 'node:http';
import { connect } from 'node:net';
import { after, describe, it } from 'node:test';
import { ChartsealError } from '@chartseal/ports';
import { Router } from 'express';
import supertest from 'supertest';
import { systemClock } from '../clock.ts';
import { createMetrics } from '../metrics/metrics.ts';
import { createBase } from './create-base.ts';
import { listen } from './listen.ts';
import { createLog } from './log.ts';
import { negotiate } from './negotiate.ts';
import { bodyText, readText } from './read-text.ts';
import type { ReadyCheck } from './readiness.ts';
import { pathParameter, route } from './route.ts';
import { sendFhir } from './send-fhir.ts';

const LIMIT = 1000;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const FHIR = 'application/fhir+json; charset=utf-8';

const world = (options: { ready?: readonly ReadyCheck[]; slow?: Promise<void> } = {}) => {
  const lines: string[] = [];
  const log = createLog({ service: 'test', level: 'debug', destination: { write: (line) => void lines.push(line) } });
  const metrics = createMetrics({ service: 'test', version: '0', clock: systemClock });
  const app = createBase({
    log,
    metrics,
    ready: options.ready ?? [],
    mount: (base) => {
      const reads = Router();
      route(reads, '/:type/:id', {
        get: (req, res) => sendFhir(res, 200, JSON.stringify({ id: pathParameter(req, 'id') })),
      });
      const writes = Router();
      route(writes, '/:type/:id', {
        put: [readText({ limitBytes: LIMIT }), (req, res) => sendFhir(res, 200, bodyText(req))],
      });
      route(writes, '/boom', {
        get: () => {
          throw new Error('MRN-4711');
        },
      });
      route(writes, '/late', {
        get: (_req, res) => {
          res.write('{');
          throw new ChartsealError('internal', 'too late');
        },
      });
      route(writes, '/slow', {
        get: async (_req, res) => {
          await options.slow;
          sendFhir(res, 200, '{"slow":true}');
        },
      });
      base.use('/fhir', negotiate(), reads, writes);
    },
  });
  return { app, metrics, lines: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>) };
};

const put = (app: ReturnType<typeof world>['app'], body: string, type = 'application/fhir+json') =>
  supertest(app).put('/fhir/Patient/1').set('Content-Type', type).send(body);

describe('every answer', () => {
  it('has a correlation id that is a UUID, and tells nothing of the engine', async () => {
    const { app } = world();
    const answer = await supertest(app).get('/fhir/Patient/1').set('x-request-id', 'MRN-4711');
    assert.match(String(answer.headers['x-request-id']), UUID);
    const given = '0b3f6f2e-8a53-4a4c-9f5e-0d7a1d2c3b4a';
    const traced = await supertest(app).get('/fhir/Patient/1').set('x-request-id', given);
    assert.equal(traced.headers['x-request-id'], given);
    assert.equal(answer.headers['x-powered-by'], undefined);
    assert.equal(answer.headers['etag'], undefined);
    assert.equal(answer.headers['content-type'], FHIR);
    assert.equal(answer.headers['x-content-type-options'], 'nosniff');
  });

  it('that fails is an OperationOutcome', async () => {
    const { app } = world();
    const cases: [string, string, number][] = [
      ['get', '/nowhere', 404],
      ['get', '/fhir/a/b/c', 404],
      ['delete', '/fhir/Patient/1', 405],
      ['get', '/fhir/Patient/%E0%A4%A', 400],
      ['get', '/fhir/Patient/1?name=%FF', 400],
      ['get', '/fhir/Patient/a%00b', 400],
      ['get', '/fhir/boom', 500],
    ];
    for (const [method, path, status] of cases) {
      const answer = await supertest(app)[method as 'get'](path);
      assert.deepEqual([path, answer.status, answer.headers['content-type']], [path, status, FHIR]);
      assert.equal(answer.body.resourceType, 'OperationOutcome');
      // The correlation id stands in its header alone: two refusals for one reason are one text (C7).
      const requestId = answer.headers['x-request-id'] ?? '';
      assert.match(requestId, /^[0-9a-f-]{36}$/);
      assert.ok(!answer.text.includes(requestId) && !answer.text.includes('MRN-4711'));
    }
  });

  it('to a wrong method says which ones there are, over all routers', async () => {
    const { app } = world();
    assert.equal((await supertest(app).delete('/fhir/Patient/1')).headers['allow'], 'GET, HEAD, PUT');
    assert.equal((await put(app, '{}')).status, 200);
  });

  it('that has begun is cut off when something fails', async () => {
    const { app } = world();
    await assert.rejects(async () => supertest(app).get('/fhir/late'));
  });

  it('to HEAD has the headers of GET alone', async () => {
    const { app } = world();
    const answer = await supertest(app).head('/fhir/Patient/1');
    assert.deepEqual([answer.status, answer.headers['content-length'], answer.text], [200, '10', undefined]);
  });
});

describe('the log', () => {
  it('holds route templates, never ids, queries, bodies or foreign messages', async () => {
    const { app, lines } = world();
    await supertest(app).get('/fhir/Patient/MRN-4711?name=MRN-4711');
    await put(app, '{"id":"MRN-4711"}');
    await supertest(app).get('/fhir/boom');
    await supertest(app).get('/MRN-4711').set('x-request-id', 'MRN-4711');
    assert.ok(!JSON.stringify(lines()).includes('MRN-4711'));
    const requests = lines().filter(({ msg }) => msg === 'request');
    assert.deepEqual(
      requests.map(({ method, route: template, status }) => [method, template, status]),
      [
        ['GET', '/fhir/:type/:id', 200],
        ['PUT', '/fhir/:type/:id', 200],
        ['GET', '/fhir/boom', 500],
        ['GET', '(none)', 404],
      ],
    );
  });
});

describe('the metrics', () => {
  it('count requests by route template, and every unknown path and method as one', async () => {
    const { app } = world();
    await supertest(app).get('/fhir/Patient/MRN-4711?name=MRN-4711');
    await supertest(app).get('/MRN-4711');
    await supertest(app).get('/fhir/MRN/4711/MRN-4711');
    await supertest(app)['propfind' as 'get']('/MRN-4711');
    const { text, headers } = await supertest(app).get('/metrics');
    assert.equal(headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8');
    const lines = text.split('\n').filter((line) => line.startsWith('chartseal_http_requests_total{'));
    assert.deepEqual(lines.sort(), [
      'chartseal_http_requests_total{method="GET",route="(none)",status="404"} 2',
      'chartseal_http_requests_total{method="GET",route="/fhir/:type/:id",status="200"} 1',
      'chartseal_http_requests_total{method="OTHER",route="(none)",status="404"} 1',
    ]);
    assert.doesNotMatch(text, /"[^"]*4711[^"]*"/);
  });
});

describe('bodies', () => {
  it('arrive as the text that was sent', async () => {
    const { app } = world();
    const text = '{"a":1.10,"b":"😀"}';
    const answer = await put(app, text, 'application/fhir+json; charset=UTF-8; fhirVersion=4.0');
    assert.equal(answer.text, text);
  });

  it('over the limit are 413, announced or chunked', async () => {
    const { app } = world();
    assert.equal((await put(app, JSON.stringify('x'.repeat(LIMIT - 2)))).status, 200);
    assert.equal((await put(app, 'x'.repeat(LIMIT + 1))).status, 413);
    const server = await listen(app, { host: '127.0.0.1', port: 0 });
    after(() => server.close());
    const status = await new Promise((resolve, reject) => {
      const headers = { 'content-type': 'application/json' };
      const req = request(`${server.url}/fhir/Patient/1`, { method: 'PUT', headers }, (res) => {
        res.resume();
        resolve(res.statusCode);
      });
      req.on('error', reject);
      for (let sent = 0; sent < 10; sent += 1) req.write('x'.repeat(150));
      req.end();
    });
    assert.equal(status, 413);
  });

  it('of another type, coding or character set are 415, and bad UTF-8 is 400', async () => {
    const { app } = world();
    assert.equal((await put(app, '<Patient/>', 'application/fhir+xml')).status, 415);
    assert.equal((await put(app, '{}', 'application/json; charset=latin1')).status, 415);
    assert.equal((await put(app, '{}').set('Content-Encoding', 'gzip')).status, 415);
    const server = await listen(app, { host: '127.0.0.1', port: 0 });
    after(() => server.close());
    const headers = { 'content-type': 'application/json' };
    const body = Uint8Array.from([0x22, 0xff, 0x22]);
    assert.equal((await fetch(`${server.url}/fhir/Patient/1`, { method: 'PUT', headers, body })).status, 400);
  });
});

describe('negotiation', () => {
  const cases: [string, string, number][] = [
    ['', '*/*', 200],
    ['', 'application/fhir+json; fhirVersion=4.0, text/html;q=0.5', 200],
    ['', 'application/*;q=0.1', 200],
    ['', 'application/fhir+xml', 406],
    ['', 'application/json;q=0', 406],
    ['', 'application/fhir+json; fhirVersion=3.0', 406],
    ['?_format=json', 'text/html', 200],
    ['?_format=application/fhir+json', 'text/html', 200],
    ['?_format=xml', '*/*', 406],
  ];
  for (const [query, accept, status] of cases) {
    it(`answers ${query} ${accept} with ${status}`, async () => {
      assert.equal((await supertest(world().app).get(`/fhir/Patient/1${query}`).set('Accept', accept)).status, status);
    });
  }
});

describe('health', () => {
  it('is live whatever the ports say, and ready when all of them are', async () => {
    const sick: ReadyCheck = { name: 'ledger', check: () => Promise.reject(new Error('MRN-4711')) };
    const fine: ReadyCheck = { name: 'store', check: async () => {} };
    const { app, lines } = world({ ready: [fine, sick] });
    assert.equal((await supertest(app).get('/health/live')).status, 200);
    const answer = await supertest(app).get('/health/ready');
    assert.deepEqual(
      [answer.status, answer.body],
      [503, { status: 'not-ready', checks: { store: 'ready', ledger: 'not-ready' } }],
    );
    assert.ok(!JSON.stringify(lines()).includes('MRN-4711'));
    const { text } = await supertest(app).get('/metrics');
    assert.match(text, /^chartseal_ready\{check="ledger"\} 0$/m);
    assert.match(text, /^chartseal_ready\{check="store"\} 1$/m);
    assert.equal((await supertest(world({ ready: [fine] }).app).get('/health/ready')).status, 200);
  });
});

describe('readiness', () => {
  it('is asked once for all who ask within a second, so that asking is no load', async () => {
    let asked = 0;
    const { app } = world({ ready: [{ name: 'store', check: async () => void (asked += 1) }] });
    await Promise.all(Array.from({ length: 20 }, () => supertest(app).get('/health/ready')));
    assert.equal(asked, 1);
  });
});

describe('a server that closes', () => {
  it('lets what is in flight finish, takes nothing new, and drops idle connections', async () => {
    const slow = Promise.withResolvers<void>();
    const server = await listen(world({ slow: slow.promise }).app, { host: '127.0.0.1', port: 0 });
    const idle = connect(server.port, '127.0.0.1');
    const inFlight = fetch(`${server.url}/fhir/slow`);
    await new Promise((resolve) => setTimeout(resolve, 50));
    const closed = server.close();
    await new Promise((resolve) => setTimeout(resolve, 50));
    await assert.rejects(fetch(`${server.url}/health/live`));
    slow.resolve();
    const answer = await inFlight;
    assert.deepEqual(
      [answer.status, answer.headers.get('connection'), await answer.text()],
      [200, 'close', '{"slow":true}'],
    );
    await closed;
    idle.destroy();
  });

  it('answers who had come just before', async () => {
    const server = await listen(world().app, { host: '127.0.0.1', port: 0 });
    const come = connect(server.port, '127.0.0.1');
    await new Promise((resolve) => come.once('connect', resolve));
    const closed = server.close();
    await new Promise((resolve) => setTimeout(resolve, 50));
    come.write('GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n');
    const answer = (await come.toArray()).join('');
    assert.match(answer, /^HTTP\/1\.1 200 .*Connection: close/is);
    await closed;
  });

  it('does not wait longer than it was told', async () => {
    const never = Promise.withResolvers<void>();
    const server = await listen(world({ slow: never.promise }).app, { host: '127.0.0.1', port: 0, drainMs: 100 });
    const inFlight = fetch(`${server.url}/fhir/slow`);
    await new Promise((resolve) => setTimeout(resolve, 50));
    await Promise.all([assert.rejects(inFlight), server.close()]);
  });
});
