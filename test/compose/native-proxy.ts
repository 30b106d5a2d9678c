/** infra/proxy before stand-ins: two for ingest, two for query, one each for consent and anchor. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { request, type RequestOptions } from 'node:https';
import type { IncomingHttpHeaders } from 'node:http';
import { createServer } from 'node:net';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Seen, StubService } from './stub-service.ts';

const run = promisify(execFile);
const infra = fileURLToPath(new URL('../../infra/proxy/', import.meta.url));
const engines = fileURLToPath(new URL('../../.data/engines', import.meta.url));

/** For node's `skip`: what is missing, or false. */
export const lacksNginx: string | false = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin'].some(
  (folder) => existsSync(join(folder, 'nginx')),
)
  ? false
  : 'NGINX IS MISSING. Debian: apt-get install nginx-light';

export type Answer = {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
};

export type Asking = {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  readonly tls?: Pick<RequestOptions, 'minVersion' | 'maxVersion' | 'key' | 'cert'>;
};

const names = ['ingest-1', 'ingest-2', 'query-1', 'query-2', 'consent', 'anchor'] as const;
export type StubName = (typeof names)[number];

export class NativeProxy implements AsyncDisposable {
  readonly stubs: Readonly<Record<StubName, StubService>>;
  readonly #instance = `test-${process.pid}`;
  #port = 0;
  #authority = '';

  private constructor(stubs: NativeProxy['stubs']) {
    this.stubs = stubs;
  }

  static async start(): Promise<NativeProxy> {
    const started = await Promise.all(names.map(async (name) => [name, await new StubService(name).start()] as const));
    const proxy = new NativeProxy(Object.fromEntries(started) as Record<StubName, StubService>);
    proxy.#port = await freePort();
    await proxy.script('up');
    proxy.#authority = await readFile(`${proxy.home}/tls/ca.pem`, 'utf8');
    return proxy;
  }

  get home(): string {
    return `${engines}/proxy/${this.#instance}`;
  }

  async script(name: string, variables: Readonly<Record<string, string>> = {}): Promise<void> {
    const { stubs } = this;
    const env = {
      ...process.env,
      CHARTSEAL_ENGINES_DIR: engines,
      PROXY_INSTANCE: this.#instance,
      PROXY_PORT: String(this.#port),
      PROXY_INGEST: `${stubs['ingest-1'].address},${stubs['ingest-2'].address}`,
      PROXY_QUERY: `${stubs['query-1'].address},${stubs['query-2'].address}`,
      PROXY_CONSENT: stubs.consent.address,
      PROXY_ANCHOR: stubs.anchor.address,
      ...variables,
    };
    await run(`${infra}${name}`, { env });
  }

  /** `path` goes out as it is. On a connection of its own. */
  send(method: string, path: string, { headers = {}, body = '', tls = {} }: Asking = {}): Promise<Answer> {
    const answer = Promise.withResolvers<Answer>();
    const options = {
      host: 'localhost',
      port: this.#port,
      ca: this.#authority,
      method,
      path,
      headers,
      ...tls,
      agent: false,
    };
    const asked = request(options, (res) => {
      const chunks: Buffer[] = [];
      res.on('data', (chunk: Buffer) => chunks.push(chunk));
      res.on('end', () =>
        answer.resolve({ status: res.statusCode ?? 0, headers: res.headers, text: Buffer.concat(chunks).toString() }),
      );
      res.on('error', answer.reject);
    });
    asked.on('error', answer.reject);
    asked.end(body);
    return answer.promise;
  }

  /** What reached a service since it was last asked for. */
  reached(): readonly Seen[] {
    return Object.values(this.stubs).flatMap(({ seen }) => seen.splice(0));
  }

  async logs(): Promise<string> {
    return (
      await Promise.all(['access.log', 'error.log'].map((name) => readFile(`${this.home}/${name}`, 'utf8')))
    ).join('\n');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.script('down');
    await Promise.all(Object.values(this.stubs).map((stub) => stub.stop()));
    await rm(this.home, { recursive: true, force: true });
  }
}

const freePort = async (): Promise<number> => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return typeof address === 'object' && address !== null ? address.port : 0;
};
