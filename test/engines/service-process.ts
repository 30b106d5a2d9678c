/** One service as a process of its own, restarted when it ends as a container would be. */
import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Variables } from './native-engine.ts';

export type ServiceName = 'ingest' | 'query' | 'consent' | 'anchor' | 'gateway';

const mainOf = (service: ServiceName): string =>
  fileURLToPath(new URL(`../../services/${service}/src/main.ts`, import.meta.url));
const restartAfterMs = 300;
const startTimeoutMs = 60_000;

export class ServiceProcess implements AsyncDisposable {
  readonly name: string;
  readonly port: number;
  /** All lines that any run of it said. */
  readonly said: string[] = [];
  readonly #service: ServiceName;
  readonly #environment: Variables;
  #child: ChildProcess | undefined;
  #ended: Promise<void> = Promise.resolve();
  #wanted: 'running' | 'stopped' = 'stopped';
  #ready = Promise.withResolvers<void>();

  constructor(name: string, service: ServiceName, port: number, environment: Variables) {
    this.name = name;
    this.port = port;
    this.#service = service;
    this.#environment = { ...environment, HTTP_PORT: String(port) };
  }

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** Resolves once it said that it is ready, be it after restarts. */
  async start(): Promise<void> {
    this.#wanted = 'running';
    this.#launch();
    await this.ready();
  }

  /** @throws Error with what it said lately, if it does not come up in time */
  async ready(): Promise<void> {
    const late = sleep(startTimeoutMs, undefined, { ref: false }).then(() => {
      throw new Error(`${this.name} was not ready in time; it said:\n${this.said.slice(-15).join('\n')}`);
    });
    await Promise.race([this.#ready.promise, late]);
  }

  /** In order, as `docker stop` would. */
  async stop(): Promise<void> {
    this.#wanted = 'stopped';
    const timer = setTimeout(() => this.#child?.kill('SIGKILL'), 20_000);
    this.#child?.kill('SIGTERM');
    await this.#ended;
    clearTimeout(timer);
  }

  /** kill -9; it comes up again by itself. */
  kill(): void {
    this.#child?.kill('SIGKILL');
  }

  /** It keeps its connections and does nothing. */
  pause(): void {
    this.#child?.kill('SIGSTOP');
  }

  resume(): void {
    this.#child?.kill('SIGCONT');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.resume();
    await this.stop();
  }

  #launch(): void {
    const child = spawn(process.execPath, [mainOf(this.#service)], {
      env: { PATH: process.env['PATH'] ?? '', ...this.#environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr])
      createInterface(stream).on('line', (line) => {
        this.said.push(line);
        if (line.includes('"msg":"ready"')) this.#ready.resolve();
      });
    this.#ended = new Promise((resolve) => child.once('close', () => resolve()));
    void this.#startAgainAfter(child);
  }

  async #startAgainAfter(child: ChildProcess): Promise<void> {
    await this.#ended;
    this.#ready = Promise.withResolvers();
    await sleep(restartAfterMs);
    if (this.#wanted === 'running' && this.#child === child) this.#launch();
  }
}
