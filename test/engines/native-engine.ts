/** An engine of the test run's own, through the scripts of infra/ that operators use. */
import { execFile, spawnSync } from 'node:child_process';
import { readdir, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const infra = fileURLToPath(new URL('../../infra/', import.meta.url));
const dataOf = process.env['CHARTSEAL_ENGINES_DIR'] ?? fileURLToPath(new URL('../../.data/engines', import.meta.url));

export type Variables = Readonly<Record<string, string>>;

/** What has to end with this process, should it end before it disposed of it. */
const open = new Set<NativeEngine>();
const endAll = (): void => {
  for (const engine of open) engine.endNow();
};
const exit = (): never => process.exit(1);

export class NativeEngine implements AsyncDisposable {
  readonly name: string;
  readonly instance: string;
  readonly #variables: Variables;

  /** `variables` beside the instance's name: ports and choices, as the scripts document them. */
  constructor(name: string, instance: string, variables: Variables) {
    this.name = name;
    this.instance = instance;
    this.#variables = { [`${name.toUpperCase()}_INSTANCE`]: instance, ...variables };
  }

  get home(): string {
    return `${dataOf}/${this.name}/${this.instance}`;
  }

  up(): Promise<string> {
    if (open.size === 0) {
      process.on('exit', endAll);
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, exit);
    }
    open.add(this);
    return this.script('up');
  }

  down(): Promise<string> {
    return this.script('down');
  }

  /** kill -9 of what `status` tells the pid of. */
  async kill(): Promise<void> {
    const [, pid] = /pid (\d+)/.exec(await this.script('status')) ?? [];
    process.kill(Number(pid), 'SIGKILL');
  }

  /** The variables with which a service reaches it. */
  async environment(...more: readonly string[]): Promise<Variables> {
    const lines = (await this.script('status', '--env', ...more)).split('\n').filter((line) => line.includes('='));
    return Object.fromEntries(
      lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
    );
  }

  async files(): Promise<readonly { readonly name: string; readonly content: Uint8Array }[]> {
    const entries = await readdir(this.home, { recursive: true, withFileTypes: true });
    const names = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
    // One that was removed meanwhile holds nothing any more.
    const read = async (name: string) => ({ name, content: await readFile(name).catch(() => new Uint8Array()) });
    return (await Promise.all(names.map(read))).filter(({ content }) => content.length > 0);
  }

  /** What one of its scripts prints. */
  async script(name: string, ...args: readonly string[]): Promise<string> {
    const { stdout } = await run(`${infra}${this.name}/${name}`, args, {
      env: { ...process.env, ...this.#variables },
      maxBuffer: 16 * 1024 * 1024,
    });
    return stdout;
  }

  endNow(): void {
    spawnSync(`${infra}${this.name}/down`, { env: { ...process.env, ...this.#variables } });
  }

  /** Also what it left. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.down();
    open.delete(this);
    await rm(this.home, { recursive: true, force: true });
  }
}

/** Ports that nobody has now, one after the other. */
export const freePorts = async (count: number): Promise<number> => {
  for (;;) {
    const first = 23_000 + Math.floor(Math.random() * 8000);
    const ports = Array.from({ length: count }, (_, at) => first + at);
    if ((await Promise.all(ports.map(isFree))).every(Boolean)) return first;
  }
};

const isFree = async (port: number): Promise<boolean> => {
  const server = createServer();
  const outcome = Promise.withResolvers<boolean>();
  server.once('error', () => outcome.resolve(false));
  server.listen(port, '127.0.0.1', () => server.close(() => outcome.resolve(true)));
  return outcome.promise;
};
