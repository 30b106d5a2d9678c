/** hospital-a as it runs in earnest: each service as processes of its own behind the proxy, in production mode, on real engines. */
import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import type { BackendClient, TrustFile } from '@chartseal/client';
import {
  Caller,
  type Answer,
  type Hospital,
  type Reachable,
  type Sandbox,
  type SendOptions,
} from '../testing/caller.ts';
import type { Source } from '../observability/planted-phi.ts';
import { chartseal, type Ended } from '../testing/chartseal.ts';
import { FakeClock } from './fake-clock.ts';
import { foundDirectory } from './found-directory.ts';
import { HospitalEngines } from './hospital-engines.ts';
import { freePorts, type Variables } from './native-engine.ts';
import { Proxy } from './proxy.ts';
import { ServiceProcess, type ServiceName } from './service-process.ts';
import { trustOf } from './trust.ts';

export type FleetSize = Readonly<Record<Exclude<ServiceName, 'gateway'>, number>>;

type Parts = Pick<Fleet, 'engines' | 'services' | 'sandbox' | 'trust' | 'environment' | 'clock'> & {
  readonly proxy: Proxy;
};

const smallest: FleetSize = { ingest: 1, query: 1, consent: 1, anchor: 1 };

export class Fleet implements Reachable, AsyncDisposable {
  readonly engines: HospitalEngines;
  readonly services: readonly ServiceProcess[];
  readonly sandbox: Sandbox;
  readonly trust: TrustFile;
  /** With which the services run, and an operator's commands. */
  readonly environment: Variables;
  /** Of all its services. */
  readonly clock: FakeClock;
  readonly #proxy: Proxy;
  readonly #stack: AsyncDisposableStack;
  readonly #caller: Caller;

  private constructor(
    { engines, services, sandbox, trust, environment, clock, proxy }: Parts,
    stack: AsyncDisposableStack,
  ) {
    this.engines = engines;
    this.services = services;
    this.sandbox = sandbox;
    this.trust = trust;
    this.environment = environment;
    this.clock = clock;
    this.#proxy = proxy;
    this.#stack = stack;
    const lately = (): string =>
      services.map(({ name, said }) => `${name} said:\n${said.slice(-5).join('\n')}`).join('\n');
    this.#caller = new Caller(() => sandbox, lately);
  }

  static async start(size: Partial<FleetSize> = {}): Promise<Fleet> {
    await using opening = new AsyncDisposableStack();
    const engines = opening.use(await HospitalEngines.start());
    const folder = await mkdtemp(join(tmpdir(), 'chartseal-fleet-'));
    opening.defer(() => rm(folder, { recursive: true, force: true }));

    const wanted = Object.entries({ ...smallest, ...size }) as [ServiceName, number][];
    const names = wanted.flatMap(([service, count]) =>
      Array.from({ length: count }, (_, at) => ({ service, name: `${service}-${at + 1}` })),
    );
    const ports = await freePorts(names.length + 1);
    const baseUrl = `https://localhost:${ports}`;
    const { own, other } = await environmentsOf(engines, folder, baseUrl);
    const clock = new FakeClock(folder);
    const services = names.map(
      ({ service, name }, at) => new ServiceProcess(name, service, ports + 1 + at, { ...own, ...clock.variables }),
    );

    const clients = {
      'hospital-a': client('hospital-a'),
      'hospital-b': client('hospital-b'),
      'hospital-c': client('hospital-c'),
    };
    const network = await foundDirectory({ folder, environments: { 'hospital-a': own, 'hospital-b': other }, clients });
    const proxy = opening.use(await Proxy.start(ports, services));
    setDefaultCACertificates([...getCACertificates('default'), await readFile(proxy.authorityFile, 'utf8')]);
    for (const service of services) opening.use(service);
    await Promise.all(services.map((service) => service.start()));

    const sandbox = {
      fhirBaseUrl: `${baseUrl}/fhir`,
      tokenUrl: `${baseUrl}/auth/token`,
      consentBaseUrl: `${baseUrl}/consent`,
      network,
      clients,
    };
    const trust = await trustOf(own, await engines.organizations());
    return new Fleet({ engines, services, sandbox, trust, environment: own, clock, proxy }, opening.move());
  }

  send(method: string, path: string, options?: SendOptions): Promise<Answer> {
    return this.#caller.send(method, path, options);
  }

  token(hospital: Hospital, purpose: string): Promise<string> {
    return this.#caller.token(hospital, purpose);
  }

  service(name: string): ServiceProcess {
    const found = this.services.find((service) => service.name === name);
    if (found === undefined) throw new Error(`there is no ${name}`);
    return found;
  }

  /** The anchor that writes the logs, by what it said last. */
  leader(): ServiceProcess {
    const leads = ({ said }: ServiceProcess): boolean =>
      said
        .findLast((line) => /"msg":"(leads|stands by)"/.test(line) && line.includes('"task":"anchor"'))
        ?.includes('"leads"') ?? false;
    const found = this.services.find((service) => service.name.startsWith('anchor') && leads(service));
    if (found === undefined) throw new Error('no anchor leads');
    return found;
  }

  /** All that came out of services and engines; of PostgreSQL its log alone, since it is the store. */
  async sources(): Promise<readonly Source[]> {
    const said = this.services.map(({ name, said: lines }) => ({ name, content: lines.join('\n') }));
    const metrics = await Promise.all(
      this.services.map(async ({ name, address }) => ({
        name: `metrics of ${name}`,
        content: await (await fetch(`http://${address}/metrics`)).text(),
      })),
    );
    return [...said, ...metrics, ...(await this.#proxy.sources()), ...(await this.engines.sources())];
  }

  fsck(): Promise<Ended> {
    return chartseal(['fsck'], this.environment);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#stack.disposeAsync();
  }
}

/** A client's keys, made here and nowhere else. */
const client = (organization: Hospital): BackendClient => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
  const own = organization === 'hospital-a';
  return {
    clientId: own ? 'hospital-a-ehr' : organization,
    organization,
    privateJwk: { ...privateKey.export({ format: 'jwk' }), kid: `${organization}-1`, alg: 'ES384' },
    scope: own ? 'system/*.cruds' : 'system/*.rs',
  };
};

/** Of hospital-a, and of hospital-b, which founds the network with it and has no services here. */
const environmentsOf = async (
  engines: HospitalEngines,
  folder: string,
  baseUrl: string,
): Promise<{ readonly own: Variables; readonly other: Variables }> => {
  const [a, b] = await engines.organizations();
  const shared = {
    ...(await engines.environment()),
    NODE_ENV: 'production',
    LOG_LEVEL: 'info',
    ANCHOR_INTERVAL_MS: '500',
  };
  const of = (organization: string, url: string, env: Variables = {}): Variables => ({
    ...shared,
    ...env,
    ORGANIZATION_ID: organization,
    PUBLIC_BASE_URL: url,
    LOG_ORIGIN: `${organization}.example`,
    KEYRING_FILE: join(folder, organization, 'keyring.json'),
  });
  return { own: of('hospital-a', baseUrl, a?.env), other: of('hospital-b', 'https://hospital-b.example', b?.env) };
};
