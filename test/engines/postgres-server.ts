/** A PostgreSQL of the test run's own, through the scripts that operators use: TLS and a password, no other way in. */
import { execFile } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { oldestInstalled } from '@chartseal/embedded/testing';
import type { PostgresSettings } from '@chartseal/postgres';
import { Client } from 'pg';

const scripts = fileURLToPath(new URL('../../infra/postgres/', import.meta.url));
const defaultEngines = fileURLToPath(new URL('../../.data/engines', import.meta.url));
const run = promisify(execFile);

export type PostgresChoice = { readonly name: string; readonly bin: string; readonly portOffset: number };

const installed = oldestInstalled();

/** The servers that suites and faults run against: npm's, and the oldest that this machine has. */
export const choices: readonly PostgresChoice[] = [
  { name: 'PostgreSQL 18 over TLS', bin: 'npm', portOffset: 0 },
  ...(installed === undefined
    ? []
    : [
        {
          name: `PostgreSQL ${installed.majorVersion} over TLS`,
          bin: installed.initdb.replace(/\/initdb$/, ''),
          portOffset: 1,
        },
      ]),
];

export class PostgresServer {
  readonly #home: string;
  readonly #port: number;
  readonly #environment: NodeJS.ProcessEnv;

  /** `engines`: another folder than the project's for what it keeps. */
  constructor(
    choice: PostgresChoice,
    purpose: string,
    engines = process.env['CHARTSEAL_ENGINES_DIR'] ?? defaultEngines,
  ) {
    const instance = `test-${purpose}-${choice.portOffset}-${process.pid}`;
    this.#home = `${engines}/postgres/${instance}`;
    this.#port = Number(process.env['POSTGRES_PORT'] ?? 15_532) + choice.portOffset;
    this.#environment = {
      ...process.env,
      CHARTSEAL_ENGINES_DIR: engines,
      POSTGRES_BIN: choice.bin,
      POSTGRES_INSTANCE: instance,
      POSTGRES_PORT: String(this.#port),
    };
  }

  async up(): Promise<void> {
    await run(`${scripts}up`, { env: this.#environment });
  }

  async down(): Promise<void> {
    await run(`${scripts}down`, { env: this.#environment });
  }

  /** The postmaster alone: its backends end when they notice. */
  kill(): void {
    process.kill(this.#pid(), 'SIGKILL');
  }

  /** All its processes stand still and keep their connections. Answers what lets them go on. */
  async freeze(): Promise<() => void> {
    const rows = await this.sql('select pid from pg_stat_activity where pid <> pg_backend_pid()');
    const pids = [this.#pid(), ...rows.map(({ pid }) => Number(pid))];
    for (const pid of pids) process.kill(pid, 'SIGSTOP');
    return () => {
      for (const pid of pids.toReversed()) process.kill(pid, 'SIGCONT');
    };
  }

  dataFolder(): string {
    return `${this.#home}/server/data`;
  }

  async crash(): Promise<void> {
    this.kill();
    await this.up();
  }

  /** Also what it left. */
  async remove(): Promise<void> {
    if (!existsSync(this.#home)) return;
    await this.down();
    rmSync(this.#home, { recursive: true, force: true });
  }

  settings(): PostgresSettings {
    return {
      host: 'localhost',
      port: this.#port,
      user: 'chartseal',
      database: 'chartseal',
      password: this.secret('password'),
      ssl: { ca: this.secret('ca.pem') },
      requireTls: true,
    };
  }

  /** What the operator may do. */
  async sql(text: string, database = 'postgres'): Promise<readonly Record<string, unknown>[]> {
    const { host, port, ssl } = this.settings();
    const password = this.secret('superuser-password');
    const client = new Client({ host, port, ssl: { ...ssl }, user: 'postgres', password, database });
    client.on('error', () => {});
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(text)).rows;
    } finally {
      await client.end();
    }
  }

  /** An empty database in place of the one that is there. */
  async empty(): Promise<void> {
    await this.sql('drop database chartseal with (force)');
    await this.sql('create database chartseal owner chartseal template template0');
  }

  log(): string {
    return readFileSync(`${this.#home}/postgres.log`, 'utf8');
  }

  /** Of the folder that clients get. */
  secret(name: string): string {
    return readFileSync(`${this.#home}/tls/${name}`, 'utf8').trim();
  }

  #pid(): number {
    return Number.parseInt(readFileSync(`${this.#home}/server/data/postmaster.pid`, 'utf8'), 10);
  }
}
