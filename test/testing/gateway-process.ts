/** The real gateway as a process of its own, for tests to talk to over HTTP and to kill. */
import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseTrustFile, type TrustFile } from '@chartseal/client';
import { findRunningPostgres, openEmbeddedPostgres } from '@chartseal/embedded';
import { Caller, type Answer, type Hospital, type Reachable, type Sandbox, type SendOptions } from './caller.ts';

const main = fileURLToPath(new URL('../../services/gateway/src/main.ts', import.meta.url));
const readyLine = 'Chartseal sandbox is ready';
const startTimeoutMs = 60_000;
const stopTimeoutMs = 20_000;

/** What has to end with this process, should it end before it disposed of it. */
const open = new Set<GatewayProcess>();
const endAll = (): void => {
  for (const gateway of open) gateway.endNow();
};
const exit = (): never => process.exit(1);

export class GatewayProcess implements Reachable, AsyncDisposable {
  readonly dataDirectory: string;
  /** What chooses engines; those that it does not name are embedded. */
  readonly environment: Readonly<Record<string, string>>;
  private readonly folder: string;
  private child: ChildProcess | undefined;
  private exited: Promise<void> = Promise.resolve();
  private said: string[] = [];
  private files: { readonly sandbox: Sandbox; readonly trust: TrustFile } | undefined;
  private readonly caller = new Caller(
    () => this.sandbox,
    () => `the gateway, ${this.state}, said:\n${this.said.slice(-20).join('')}`,
  );

  private constructor(folder: string, environment: Readonly<Record<string, string>>) {
    this.folder = folder;
    this.environment = environment;
    this.dataDirectory = join(folder, 'data');
  }

  /** On an empty folder and a port that nobody has, without sample patients. */
  static async start(environment: Readonly<Record<string, string>> = {}): Promise<GatewayProcess> {
    const folder = await mkdtemp(join(tmpdir(), 'chartseal-gateway-'));
    // As root, PostgreSQL runs as an ordinary user, who has to pass through.
    await chmod(folder, 0o711);
    const gateway = new GatewayProcess(folder, environment);
    if (open.size === 0) {
      process.on('exit', endAll);
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, exit);
    }
    open.add(gateway);
    try {
      await gateway.launch();
      return gateway;
    } catch (error) {
      await gateway[Symbol.asyncDispose]();
      throw error;
    }
  }

  get sandbox(): Sandbox {
    return this.known.sandbox;
  }

  get trust(): TrustFile {
    return this.known.trust;
  }

  /** Of the gateway's own process; PostgreSQL has others. */
  get pid(): number {
    if (this.child?.pid === undefined) throw new Error('the gateway has not started');
    return this.child.pid;
  }

  /** `alive` until it has ended, however that came about. */
  get state(): 'alive' | 'ended' {
    return this.child?.exitCode === null && this.child.signalCode === null ? 'alive' : 'ended';
  }

  /** Starts it again on the same data and at the same address. */
  async restart(): Promise<void> {
    await this.exited;
    await this.launch();
  }

  send(method: string, path: string, options?: SendOptions): Promise<Answer> {
    return this.caller.send(method, path, options);
  }

  token(hospital: Hospital, purpose: string, reason?: string): Promise<string> {
    return this.caller.token(hospital, purpose, reason);
  }

  /** The gateway alone; resolves once it has ended. PostgreSQL goes on after a SIGKILL. */
  async kill(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    this.child?.kill(signal);
    await this.exited;
  }

  /** kill -9 of gateway and PostgreSQL, with nothing in between. */
  async killWithPostgres(): Promise<void> {
    const postmaster = await this.postmaster();
    this.child?.kill('SIGKILL');
    process.kill(postmaster, 'SIGKILL');
    await this.exited;
  }

  /** kill -9 of the whole process group. */
  async killGroup(): Promise<void> {
    if (this.child?.pid !== undefined && this.state === 'alive') process.kill(-this.child.pid, 'SIGKILL');
    await this.exited;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const timer = setTimeout(() => this.child?.kill('SIGKILL'), stopTimeoutMs);
    await this.kill('SIGTERM');
    clearTimeout(timer);
    const dataDirectory = join(this.dataDirectory, 'postgres');
    if ((await findRunningPostgres(dataDirectory)) !== undefined) {
      const postgres = await openEmbeddedPostgres({ dataDirectory, log: () => {} });
      await postgres.close({ stop: true });
    }
    await rm(this.folder, { recursive: true, force: true });
    open.delete(this);
    if (open.size > 0) return;
    process.off('exit', endAll);
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.off(signal, exit);
  }

  /** kill -9 of all that it started, without waiting. */
  endNow(): void {
    this.child?.kill('SIGKILL');
    const cluster = join(this.dataDirectory, 'postgres', 'cluster');
    try {
      const pid = Number(readFileSync(join(cluster, 'postmaster.pid'), 'utf8').split('\n')[0]);
      // The id may be a stranger's by now.
      if (readlinkSync(`/proc/${pid}/cwd`) === cluster) process.kill(pid, 'SIGQUIT');
    } catch {
      // It does not run, or this system cannot say whose process that is.
    }
  }

  private get known(): { readonly sandbox: Sandbox; readonly trust: TrustFile } {
    if (this.files === undefined) throw new Error('the gateway has not started');
    return this.files;
  }

  private async postmaster(): Promise<number> {
    const file = join(this.dataDirectory, 'postgres', 'cluster', 'postmaster.pid');
    const pid = Number((await readFile(file, 'utf8')).split('\n')[0]);
    if (!Number.isSafeInteger(pid) || pid < 2) throw new Error('PostgreSQL does not run');
    return pid;
  }

  private async launch(): Promise<void> {
    const port = this.files === undefined ? '0' : new URL(this.sandbox.fhirBaseUrl).port;
    const child = spawn(process.execPath, [main], {
      env: {
        ...process.env,
        ...this.environment,
        GATEWAY_PORT: port,
        GATEWAY_DATA_DIR: this.dataDirectory,
        GATEWAY_SAMPLE_DATA: '0',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    this.child = child;
    this.exited = new Promise((resolve) => child.once('close', () => resolve()));
    this.said = [];
    await ready(child, this.said);
    const read = async (name: string): Promise<unknown> =>
      JSON.parse(await readFile(join(this.dataDirectory, name), 'utf8'));
    this.files = { sandbox: (await read('sandbox.json')) as Sandbox, trust: parseTrustFile(await read('trust.json')) };
  }
}

/** @throws Error with what the gateway said, if it ends or does not say in time that it is ready */
const ready = async (child: ChildProcess, said: string[]): Promise<void> => {
  const outcome = Promise.withResolvers<string>();
  const timer = setTimeout(() => outcome.resolve('was not ready in time'), startTimeoutMs);
  child.stderr?.on('data', (chunk) => said.push(String(chunk)));
  if (child.stdout !== null)
    createInterface(child.stdout).on('line', (line) => {
      if (line.startsWith(readyLine)) outcome.resolve('ready');
      else said.push(`${line}\n`);
    });
  child.once('close', () => outcome.resolve('ended'));
  const came = await outcome.promise;
  clearTimeout(timer);
  if (came !== 'ready') throw new Error(`the gateway ${came}:\n${said.join('').slice(-2000)}`);
};
