/** What a hospital's services run on, of the test run's own: PostgreSQL, Kafka, Redis, and a Fabric network of two organisations. */
import { readFile } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { lackOf } from './available.ts';
import type { Source } from '../observability/planted-phi.ts';
import { freePorts, NativeEngine, type Variables } from './native-engine.ts';

export type FabricOrganization = {
  readonly mspId: string;
  /** FABRIC_* of a gateway of that organisation. */
  readonly env: Variables;
  /** PEM of the authority of its identities. */
  readonly mspCaFile: string;
};

export class HospitalEngines implements AsyncDisposable {
  readonly postgres: NativeEngine;
  readonly kafka: NativeEngine;
  readonly redis: NativeEngine | undefined;
  readonly fabric: NativeEngine;
  readonly #stack = new AsyncDisposableStack();

  private constructor(ports: number) {
    const instance = `hospital-${process.pid}-${randomUUID().slice(0, 4)}`;
    const own = (name: string, variables: Variables): NativeEngine =>
      this.#stack.use(new NativeEngine(name, instance, variables));
    this.fabric = own('fabric', { FABRIC_PORT_BASE: String(ports), FABRIC_ORGS: '2', FABRIC_RELAYS: '1' });
    this.postgres = own('postgres', { POSTGRES_PORT: String(ports + 50) });
    this.kafka = own('kafka', { KAFKA_PORT: String(ports + 51) });
    this.redis = lackOf('redis') === undefined ? own('redis', { REDIS_PORT: String(ports + 54) }) : undefined;
  }

  get #redis(): readonly NativeEngine[] {
    return this.redis === undefined ? [] : [this.redis];
  }

  static async start(): Promise<HospitalEngines> {
    const engines = new HospitalEngines(await freePorts(60));
    const { postgres, kafka, redis, fabric } = engines;
    try {
      await Promise.all([postgres.up(), kafka.up(), redis?.up(), fabric.up()]);
      return engines;
    } catch (error) {
      await engines[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** The variables of all engines but the ledger. */
  async environment(): Promise<Variables> {
    const all = await Promise.all([this.postgres, this.kafka, ...this.#redis].map((engine) => engine.environment()));
    return Object.assign({}, ...all) as Variables;
  }

  async organizations(): Promise<readonly FabricOrganization[]> {
    const network = JSON.parse(await readFile(`${this.fabric.home}/network.json`, 'utf8')) as {
      organizations: FabricOrganization[];
    };
    return network.organizations;
  }

  /** Every file that an engine made, but what PostgreSQL stores. */
  async sources(): Promise<readonly Source[]> {
    const { postgres, kafka, fabric } = this;
    const all = await Promise.all([postgres, kafka, fabric, ...this.#redis].map((engine) => engine.files()));
    return all.flat().filter(({ name }) => !name.startsWith(`${postgres.home}/server/`));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#stack.disposeAsync();
  }
}
