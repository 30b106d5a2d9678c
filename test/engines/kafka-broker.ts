/** A Kafka of the test run's own, through the scripts that operators use. */
import { execFile } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { KafkaSettings } from '@chartseal/kafka';

const scripts = fileURLToPath(new URL('../../infra/kafka/', import.meta.url));
const defaultEngines = fileURLToPath(new URL('../../.data/engines', import.meta.url));
const engines = process.env['CHARTSEAL_ENGINES_DIR'] ?? defaultEngines;
const run = promisify(execFile);

export class KafkaBroker {
  readonly #home: string;
  readonly #port: number;
  readonly #environment: NodeJS.ProcessEnv;

  constructor(instance: string, port: number) {
    this.#home = `${engines}/kafka/${instance}`;
    this.#port = port;
    this.#environment = { ...process.env, KAFKA_INSTANCE: instance, KAFKA_PORT: String(port) };
  }

  async up(): Promise<void> {
    await run(`${scripts}up`, { env: this.#environment });
  }

  async down(): Promise<void> {
    await run(`${scripts}down`, { env: this.#environment });
  }

  kill(): void {
    this.#signal('SIGKILL');
  }

  /** It keeps its connections and answers nothing. */
  freeze(): void {
    this.#signal('SIGSTOP');
  }

  thaw(): void {
    this.#signal('SIGCONT');
  }

  /** Also what it left. */
  async remove(): Promise<void> {
    await this.down();
    rmSync(this.#home, { recursive: true, force: true });
  }

  /** `client` is the gateway; `consumer` may read alone. */
  mutualTls(as: 'client' | 'consumer' = 'client'): KafkaSettings {
    const [ca, cert, key] = ['ca.pem', `${as}.pem`, `${as}.key`].map((name) => this.#secret(name));
    return {
      brokers: [`127.0.0.1:${this.#port}`],
      clientId: 'chartseal-test',
      requireTls: true,
      ssl: { ca: ca ?? '', cert: cert ?? '', key: key ?? '' },
    };
  }

  password(): KafkaSettings {
    return {
      brokers: [`127.0.0.1:${this.#port + 1}`],
      clientId: 'chartseal-test',
      requireTls: true,
      ssl: { ca: this.#secret('ca.pem') },
      sasl: { mechanism: 'scram-sha-512', username: 'chartseal', password: this.#secret('scram-password').trim() },
    };
  }

  /** With which a consumer's program finds it, as docs/consumer has them. */
  consumerEnvironment(): NodeJS.ProcessEnv {
    const file = (name: string): string => `${this.#home}/tls/${name}`;
    return {
      ...this.#environment,
      KAFKA_BROKERS: `127.0.0.1:${this.#port}`,
      KAFKA_CA_FILE: file('ca.pem'),
      KAFKA_CERT_FILE: file('consumer.pem'),
      KAFKA_KEY_FILE: file('consumer.key'),
    };
  }

  /** What one of Kafka's own programs prints, run against the first port with the gateway's certificate. */
  async tool(mainClass: string, ...more: readonly string[]): Promise<string> {
    const jars = /^jars=(.*)$/m.exec((await run(`${scripts}status`, ['--jars'], { env: this.#environment })).stdout);
    const common = [
      '--bootstrap-server',
      `127.0.0.1:${this.#port}`,
      '--command-config',
      `${this.#home}/tls/client.properties`,
    ];
    const { stdout } = await run('java', [
      '-Xmx128m',
      '-XX:TieredStopAtLevel=1',
      '-cp',
      `${jars?.[1] ?? ''}/*`,
      mainClass,
      ...common,
      ...more,
    ]);
    return stdout;
  }

  #signal(signal: NodeJS.Signals): void {
    process.kill(Number(readFileSync(`${this.#home}/kafka.pid`, 'utf8')), signal);
  }

  #secret(name: string): string {
    return readFileSync(`${this.#home}/tls/${name}`, 'utf8');
  }
}

const settingsVariable = 'CHARTSEAL_TEST_KAFKA';

/** How a run tells the test files which broker it started. */
export const announce = (instance: string, port: number): void => {
  process.env[settingsVariable] = JSON.stringify([instance, port]);
};

export const announcedBroker = (): KafkaBroker => {
  const [instance, port] = JSON.parse(process.env[settingsVariable] ?? '[]') as [string, number];
  return new KafkaBroker(instance, port);
};
