/** infra/proxy on Debian's nginx: who gets what, what is asked twice, and what is told. */
import { deepEqual, doesNotMatch, equal, match, rejects } from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { after, afterEach, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { each } from '../testing/each.ts';
import { lacksNginx, NativeProxy } from './native-proxy.ts';

/** Until a process that failed is asked again as if nothing had been. */
const restMs = 2100;
const bodyOf = (method: string, size: number): string => (['GET', 'DELETE'].includes(method) ? '' : 'x'.repeat(size));
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/;

const routes: readonly (readonly [string, string, string])[] = [
  ['GET', '/fhir', 'query'],
  ['GET', '/fhir/', 'query'],
  ['GET', '/fhir/metadata', 'query'],
  ['HEAD', '/fhir/Patient/1', 'query'],
  ['GET', '/fhir/Patient?name=x', 'query'],
  ['GET', '/fhir/Patient/1/$everything', 'query'],
  ['GET', '/fhir/Observation/1/$proof?version=2', 'query'],
  ['GET', '/fhir/$record/abc', 'query'],
  ['POST', '/fhir/Patient/_search', 'query'],
  ['POST', '/fhir/Patient/_search?_count=1', 'query'],
  ['POST', '/fhir/_search', 'query'],
  ['POST', '/fhir/_search?_type=Patient', 'query'],
  ['POST', '/fhir/Patient/1/Observation/_search', 'query'],
  ['POST', '/fhir/Patient/1/*/_search', 'query'],
  ['POST', '/fhir/Patient/$match', 'query'],
  ['POST', '/fhir/Observation/$lastn', 'query'],
  ['POST', '/fhir/Observation/%24lastn?max=1', 'query'],
  ['POST', '/fhir/$meta', 'query'],
  ['POST', '/fhir/Patient/$meta', 'query'],
  ['POST', '/fhir/Patient/1/$meta', 'query'],
  ['POST', '/fhir/Patient/1/$everything', 'query'],
  ['POST', '/fhir/Patient/$everything', 'query'],
  ['OPTIONS', '/fhir/Patient', 'query'],
  ['POST', '/fhir', 'ingest'],
  ['POST', '/fhir/', 'ingest'],
  ['POST', '/fhir/Patient', 'ingest'],
  ['POST', '/fhir/Patient?x=/_search', 'ingest'],
  ['POST', '/fhir/Patient?/1/$enroll', 'ingest'],
  ['POST', '/fhir/Patient/_searching', 'ingest'],
  ['POST', '/fhir/Observation/1/$enroll', 'ingest'],
  ['POST', '/fhir/Patient/1/$meta-add', 'ingest'],
  ['POST', '/fhir/Patient/1/$meta-delete', 'ingest'],
  ['POST', '/fhir/Patient/$validate', 'ingest'],
  ['POST', '/fhir/Patient/1/$validate', 'ingest'],
  ['POST', '/fhir/$import', 'ingest'],
  ['GET', '/fhir/$import/abc', 'ingest'],
  ['HEAD', '/fhir/%24import-status/abc?_format=json', 'ingest'],
  ['DELETE', '/fhir/$import/abc', 'ingest'],
  ['GET', '/fhir/Patient/$import', 'query'],
  ['POST', '/fhir/Binary', 'ingest'],
  ['PUT', '/fhir/Patient/1', 'ingest'],
  ['PUT', '/fhir/Patient/_search', 'ingest'],
  ['PATCH', '/fhir/Patient/1', 'ingest'],
  ['DELETE', '/fhir/Patient/1', 'ingest'],
  ['GET', '/fhir/.well-known/smart-configuration', 'consent'],
  ['POST', '/fhir/Patient/1/$enroll', 'consent'],
  ['POST', '/fhir/Patient/1/%24freeze', 'consent'],
  ['POST', '/fhir/Patient/a-b.c/$unfreeze', 'consent'],
  ['POST', '/fhir/$registrar-add', 'consent'],
  ['POST', '/fhir/%24registrar-remove', 'consent'],
  ['GET', '/fhir/Patient/1/$enroll', 'query'],
  ['POST', '/auth/token', 'consent'],
  ['GET', '/auth/jwks', 'consent'],
  ['POST', '/consent/directives', 'consent'],
  ['GET', '/consent/Consent', 'consent'],
  ['GET', '/consent/Consent/a-b/$receipt', 'consent'],
  ['POST', '/consent/Consent/$explain', 'query'],
  ['POST', '/consent/Consent/%24explain', 'query'],
  ['GET', '/consent/Consent/$explain', 'consent'],
  ['GET', '/consent/AuditEvent?date=ge2026', 'query'],
  ['GET', '/consent/AuditEvent/a-b/$proof', 'query'],
  ['GET', '/consent/$accounting?from=2026', 'query'],
  ['POST', '/fhir/Consent/$explain', 'query'],
  ['GET', '/fhir/Patient/1/$accounting', 'query'],
  ['GET', '/log/records/checkpoint', 'anchor'],
  ['GET', '/log/access/tile/0/x001/067', 'anchor'],
  ['POST', '/witness/add-checkpoint', 'anchor'],
  ['GET', '/witness/verifier-key', 'anchor'],
  ['GET', '/witness/forks', 'anchor'],
];

/** Nothing of these may reach any service. */
const nowhere: readonly string[] = [
  '/',
  '/metrics',
  '/health/live',
  '/health/ready',
  '/query',
  '/ingest',
  '/replace',
  '/unreached',
  '/%6detrics',
  '//metrics',
  '/fhir//metrics',
  '/fhir/../metrics',
  '/fhir/..%2fmetrics',
  '/fhir/%2e%2e/metrics',
  '/fhir/.%2E/metrics',
  '/fhir/./metrics',
  '/fhir/..',
  '/log/../health/ready',
  '/log/..%2f..%2fmetrics',
  '/auth/..\\metrics',
  '/auth/%5c../metrics',
  '/consent/%2Fmetrics',
  '/metrics/../fhir/metadata',
  '/metrics/%2e%2e/fhir/metadata',
  '/health/live?/../fhir/metadata',
  '/fhirx',
  '/FHIR/Patient',
  '/log',
  '/witness',
];

void describe('the proxy', { skip: lacksNginx }, () => {
  let proxy: NativeProxy;
  before(async () => {
    proxy = await NativeProxy.start();
  });
  // What one test leaves behind is not the next one's.
  afterEach(async () => {
    for (const stub of Object.values(proxy.stubs)) await stub.reset();
    proxy.reached();
  });
  after(() => proxy[Symbol.asyncDispose]());

  void test('sends each route of the contract to the service that has it, as it came', async () => {
    for (const [method, path, service] of routes) {
      await proxy.send(method, path);
      const [seen, ...more] = proxy.reached();
      deepEqual([seen?.service.replace(/-\d$/, ''), seen?.method, seen?.url, more.length], [service, method, path, 0]);
    }
  });

  void test('shares requests out over the processes of a service', async () => {
    for (let at = 0; at < 6; at++) await proxy.send('GET', '/fhir/metadata');
    for (let at = 0; at < 6; at++) await proxy.send('POST', '/fhir/Patient');
    const services = new Set(proxy.reached().map(({ service }) => service));
    deepEqual([...services].toSorted(), ['ingest-1', 'ingest-2', 'query-1', 'query-2']);
  });

  void test('shows nothing that is not in the contract, however it is spelled', async () => {
    for (const path of nowhere) {
      for (const method of ['GET', 'POST', 'PUT']) {
        const { status } = await proxy.send(method, path);
        match(String(status), /^40[04]$/, `${method} ${path}`);
      }
    }
    deepEqual(proxy.reached(), []);
  });

  void test('answers for itself in FHIR’s words, in OAuth’s below /auth, with the headers of a service', async () => {
    const { status, headers, text } = await proxy.send('GET', '/metrics');
    equal(status, 404);
    equal(headers['content-type'], 'application/fhir+json; charset=utf-8');
    equal((JSON.parse(text) as { resourceType: string }).resourceType, 'OperationOutcome');
    match(headers['x-request-id'] as string, uuid);
    equal(headers['x-content-type-options'], 'nosniff');
    match(headers['strict-transport-security'] ?? '', /max-age=31536000/);
    equal(headers.server, 'nginx');
    const other = await proxy.send('GET', '/auth/../metrics');
    deepEqual(Object.keys(JSON.parse(other.text) as object), ['error', 'error_description']);
  });

  void test('keeps connections for reads alone', async () => {
    for (const [method, path, connection] of [
      ['GET', '/fhir/metadata', undefined],
      ['POST', '/fhir/Patient/_search', undefined],
      ['GET', '/log/records/checkpoint', undefined],
      ['POST', '/fhir/Patient', 'close'],
      ['PUT', '/fhir/Patient/1', 'close'],
      ['POST', '/consent/directives', 'close'],
    ] as const) {
      await proxy.send(method, path, { body: bodyOf(method, 10) });
      const headers = proxy.reached()[0]?.headers ?? {};
      // Without the header HTTP/1.1 keeps it.
      equal(headers.connection === 'close' ? 'close' : undefined, connection, `${method} ${path}`);
    }
  });

  void test('takes over a correlation id that is a UUID and makes one otherwise', async () => {
    const given = 'c0ffee00-1234-4abc-9def-0123456789ab';
    await proxy.send('GET', '/fhir/metadata', { headers: { 'x-request-id': given } });
    equal(proxy.reached()[0]?.headers['x-request-id'], given);
    await proxy.send('GET', '/fhir/metadata', { headers: { 'x-request-id': 'Jane Doe' } });
    match(String(proxy.reached()[0]?.headers['x-request-id']), uuid);
  });

  void test('says itself where a request came from', async () => {
    const lies = Object.fromEntries(
      [
        'x-forwarded-for',
        'x-forwarded-host',
        'x-forwarded-proto',
        'x-forwarded-prefix',
        'forwarded',
        'x-real-ip',
        'x-original-url',
        'x-http-method-override',
        'x-client-certificate',
        'proxy',
      ].map((name) => [name, 'lie']),
    );
    await proxy.send('GET', '/fhir/metadata', { headers: lies });
    const headers = proxy.reached()[0]?.headers ?? {};
    doesNotMatch(JSON.stringify(headers), /lie/);
    deepEqual([headers['x-forwarded-for'], headers['x-forwarded-proto']], ['127.0.0.1', 'https']);
  });

  void test('says which certificate a client has, whoever signed it, and none of who has none', async () => {
    const keyFile = `${proxy.home}/client.key`;
    const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'];
    const cert = execFileSync('openssl', ['req', '-x509', ...curve, '-nodes', '-keyout', keyFile, '-subj', '/CN=b'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const key = await readFile(keyFile, 'utf8');
    await proxy.send('GET', '/fhir/metadata', { tls: { key, cert }, headers: { 'x-client-certificate': 'lie' } });
    const header = proxy.reached()[0]?.headers['x-client-certificate'];
    equal(decodeURIComponent(String(header)).trim(), cert.trim());
    await proxy.send('GET', '/fhir/metadata', { headers: { 'x-client-certificate': 'lie' } });
    equal(proxy.reached()[0]?.headers['x-client-certificate'] ?? '', '');
  });

  void test('asks another process when one is gone, for every method', async () => {
    const { stubs } = proxy;
    await Promise.all([stubs['ingest-1'].stop(), stubs['query-1'].stop()]);
    for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'GET', 'POST', 'PUT', 'DELETE', 'PUT']) {
      equal((await proxy.send(method, '/fhir/Patient/1', { body: bodyOf(method, 300_000) })).status, 200, method);
      await sleep(100);
    }
    await Promise.all([stubs['ingest-1'].start(), stubs['query-1'].start()]);
    const bytes = proxy.reached().map((seen) => [seen.method, seen.bytes]);
    deepEqual(
      bytes.filter(([method, count]) => count !== bodyOf(String(method), 300_000).length),
      [],
      'whole bodies',
    );
    await sleep(restMs);
  });

  void test('fails no request of many at once while one process is gone, and when it is slow to come back', async () => {
    const { stubs } = proxy;
    for (const [gone, stays] of [
      ['ingest-1', 'ingest-2'],
      ['ingest-2', 'ingest-1'],
    ] as const) {
      await stubs[gone].stop();
      // Just back, and slow: the other's turn to go.
      stubs[stays].delayMs = gone === 'ingest-2' ? 1000 : 0;
      // The stand-ins run in this process: more at once, and it would not accept connections in time on a busy machine.
      const statuses = new Set<number>();
      await each([...Array(120).keys()], 30, async (at) => {
        const method = ['POST', 'PUT', 'DELETE', 'PATCH'][at % 4] ?? '';
        statuses.add((await proxy.send(method, '/fhir/Patient/1', { body: bodyOf('POST', 20) })).status);
      });
      deepEqual(statuses, new Set([200]), gone);
      stubs[stays].delayMs = 0;
      await stubs[gone].start();
    }
    equal(proxy.reached().length, 240);
  });

  void test('repeats a read whose service broke off, and never a write', async () => {
    const { stubs } = proxy;
    const all = Object.values(stubs);
    const asked = async (method: string, path: string): Promise<readonly [number, number]> => {
      for (const stub of all) stub.manner = 'breaks off';
      const { status } = await proxy.send(method, path, { body: method === 'GET' ? '' : '{}' });
      for (const stub of all) stub.manner = 'answers';
      return [status, proxy.reached().length];
    };
    deepEqual(await asked('GET', '/fhir/Patient/1'), [502, 2]);
    deepEqual(await asked('POST', '/fhir/Patient/_search'), [502, 2]);
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
      await sleep(restMs);
      deepEqual(await asked(method, '/fhir/Patient/1'), [502, 1], method);
    }
    deepEqual(await asked('POST', '/consent/directives'), [502, 1]);
    await sleep(restMs);
  });

  void test('says of a write that its outcome is unknown once any process took it, though others were refused before', async () => {
    const { stubs } = proxy;
    await stubs['ingest-1'].stop();
    stubs['ingest-2'].manner = 'breaks off';
    for (const method of ['PUT', 'POST', 'DELETE', 'PUT', 'POST', 'DELETE']) {
      await sleep(restMs / 4);
      const { status } = await proxy.send(method, '/fhir/Patient/1', { body: bodyOf(method, 10) });
      deepEqual([status, proxy.reached().length], [502, 1], method);
    }
    stubs['ingest-2'].manner = 'answers';
    await stubs['ingest-1'].start();
    await sleep(restMs);
  });

  void test('says 503 with Retry-After while nobody is there, since nothing was done', async () => {
    await proxy.stubs.consent.stop();
    const { status, headers, text } = await proxy.send('POST', '/consent/directives', { body: '{}' });
    const token = await proxy.send('POST', '/auth/token', { body: 'x=y' });
    await Promise.all([proxy.stubs['ingest-1'].stop(), proxy.stubs['ingest-2'].stop()]);
    const put = await proxy.send('PUT', '/fhir/Patient/1', { body: '{}' });
    await Promise.all([proxy.stubs['ingest-1'].start(), proxy.stubs['ingest-2'].start(), proxy.stubs.consent.start()]);
    deepEqual([put.status, put.headers['retry-after']], [503, '1']);
    deepEqual([status, headers['retry-after']], [503, '1']);
    match(text, /"code":"transient"/);
    match(token.text, /"error":"temporarily_unavailable"/);
    await sleep(restMs);
  });

  void test('passes 50 MiB on, of an import any number, and refuses far more', async () => {
    equal((await proxy.send('POST', '/fhir', { body: Buffer.alloc(50 * 1024 * 1024) })).status, 200);
    equal(proxy.reached()[0]?.bytes, 50 * 1024 * 1024);
    equal((await proxy.send('POST', '/fhir/$import', { body: Buffer.alloc(60 * 1024 * 1024) })).status, 200);
    equal(proxy.reached()[0]?.bytes, 60 * 1024 * 1024);
    const { status, text } = await proxy.send('POST', '/fhir', {
      headers: { 'content-length': String(52 * 1024 * 1024), expect: '100-continue' },
    });
    deepEqual([status, /"code":"too-long"/.test(text)], [413, true]);
  });

  void test('speaks TLS 1.2 and 1.3 alone', async () => {
    for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
      equal(
        (await proxy.send('GET', '/fhir/metadata', { tls: { minVersion: version, maxVersion: version } })).status,
        200,
      );
    }
    await rejects(proxy.send('GET', '/fhir/metadata', { tls: { minVersion: 'TLSv1', maxVersion: 'TLSv1.1' } }));
    proxy.reached();
  });

  void test('takes a process out, and restarts it under load, without a failed request', async () => {
    const { stubs } = proxy;
    const load = new AbortController();
    const statuses: number[] = [];
    const ask = async (method: string): Promise<void> => {
      while (!load.signal.aborted) {
        statuses.push((await proxy.send(method, '/fhir/Patient/1', { body: bodyOf(method, 100) })).status);
      }
    };
    const asking = ['GET', 'POST', 'PUT'].map(ask);
    for (const [out, stays] of [
      ['ingest-1', 'ingest-2'],
      ['ingest-2', 'ingest-1'],
    ] as const) {
      await proxy.script('reload', { PROXY_INGEST: stubs[stays].address });
      await stubs[out].stop();
      await sleep(200);
      await stubs[out].start();
      await proxy.script('reload');
    }
    load.abort();
    await Promise.all(asking);
    deepEqual(new Set(statuses), new Set([200]));
    proxy.reached();
  });

  void test('tells no id, no search term and no client in any log', async () => {
    const planted = 'Zebulon-Quux-4711';
    const paths = [
      `/fhir/Patient/${planted}`,
      `/fhir/Patient?name=${planted}`,
      `/consent/${planted}`,
      `/nowhere/${planted}`,
      `/fhir/../${planted}`,
    ];
    const headers = {
      'user-agent': planted,
      referer: planted,
      'x-request-id': planted,
      cookie: planted,
      authorization: planted,
    };
    const all = Object.values(proxy.stubs);
    for (const path of paths) {
      for (const method of ['GET', 'POST', 'PUT']) await proxy.send(method, path, { headers, body: planted });
    }
    for (const stub of all) stub.manner = 'breaks off';
    for (const path of paths) await proxy.send('GET', path, { headers });
    await Promise.all(all.map((stub) => stub.stop()));
    for (const path of paths) await proxy.send('PUT', path, { headers, body: planted });
    await proxy.send(planted.replaceAll('-', ''), '/fhir').catch(() => undefined);
    await proxy.send('GET', `/fhir/${planted.repeat(4000)}`);
    const logs = await proxy.logs();
    doesNotMatch(logs, /Zebulon|Quux/i);
    match(logs, /"route":"\/fhir\/:resourceType\/:id","status":"502"/);
    for (const line of logs.split('\n').filter((text) => text.startsWith('{'))) JSON.parse(line);
  });
});
