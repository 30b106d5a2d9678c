/** docker-compose.yml against the Compose specification’s schema, and against what the house asks of it. No container engine is needed. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { SERVICE_ENV, serviceConfig } from '@chartseal/engines';
import { CHAINCODE_ENV } from '@chartseal/service-chaincode';
import { UPSTREAM_ENV } from '@chartseal/service-upstream';
import { Ajv2020, type AnySchema } from 'ajv/dist/2020.js';
import {
  composeFile,
  composeText,
  isJob,
  root,
  services,
  variablesOfCompose,
  variablesOfExample,
} from './compose-file.ts';

const named = (what: string, problem: (name: string) => boolean): void =>
  deepEqual(services.map(([name]) => name).filter(problem), [], what);

void test('it is valid by the Compose specification', async () => {
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  // compose-spec.json of github.com/compose-spec/compose-go v2.16.2 (Apache-2.0), which Docker Compose itself validates with.
  const schema = JSON.parse(await readFile(new URL('compose-spec.schema.json', import.meta.url), 'utf8')) as AnySchema;
  const validate = ajv.compile(schema);
  ok(validate(composeFile), JSON.stringify(validate.errors));
});

void test('every image has a version, and ours are built from the Dockerfile’s targets', async () => {
  const stages = (await readFile(`${root}Dockerfile`, 'utf8')).matchAll(/^FROM \S+ AS (\S+)$/gm);
  const targets = new Set([...stages].map(([, name]) => name));
  for (const [name, { image, build }] of services) {
    match(image, /^[a-z/-]+:(v?\d+\.\d+(\.\d+)?(-[a-z]+)?|\$\{CHARTSEAL_VERSION:-\d+\.\d+\.\d+\})$/, name);
    if (image.startsWith('chartseal/')) ok(targets.has(build?.target), name);
  }
});

void test('every container is confined and limited', () => {
  for (const [name, service] of services) {
    equal(service.read_only, true, name);
    deepEqual(service.cap_drop, ['ALL'], name);
    deepEqual(service.security_opt, ['no-new-privileges:true'], name);
    equal(service.privileged, undefined, name);
    const { cpus, memory } = service.deploy?.resources?.limits ?? {};
    ok(cpus !== undefined && memory !== undefined, name);
    match(service.restart ?? '', isJob(service) ? /^on-failure:\d+$/ : /^unless-stopped$/, name);
  }
  named('without a health check', (name) => {
    const service = composeFile.services[name];
    return service !== undefined && !isJob(service) && service.healthcheck?.test === undefined;
  });
});

void test('what a container waits for is healthy or done, and in the same profile', () => {
  for (const [name, { depends_on = {}, profiles }] of services) {
    for (const [other, { condition }] of Object.entries(depends_on)) {
      const target = composeFile.services[other];
      ok(target !== undefined, `${name} waits for ${other}`);
      equal(
        condition,
        isJob(target) ? 'service_completed_successfully' : 'service_healthy',
        `${name} waits for ${other}`,
      );
      deepEqual(
        profiles.filter((profile) => !target.profiles.includes(profile)),
        [],
        `${name} waits for ${other}`,
      );
    }
  }
});

void test('only proxies, Grafana and the hospital’s own peer are reached from outside, on loopback unless told otherwise', () => {
  deepEqual(
    services
      .filter(([, { ports = [] }]) => ports.length > 0)
      .map(([name]) => name)
      .toSorted(),
    ['grafana', 'hospital-a-proxy', 'hospital-b-proxy', 'peer', 'proxy'],
  );
  for (const [name, { ports = [] }] of services) {
    for (const port of ports) match(port, /^(127\.0\.0\.1|\$\{[A-Z]+_ADDRESS:-127\.0\.0\.1\}):/, name);
  }
  const open = Object.entries(composeFile.networks).filter(([, { internal }]) => internal !== true);
  deepEqual(
    open.map(([name]) => name),
    ['edge'],
  );
});

void test('no secret is in it, and each is a file', () => {
  for (const [name, { environment = {}, secrets = [] }] of services) {
    const targets = new Set(
      secrets.map((secret) => `/run/secrets/${typeof secret === 'string' ? secret : secret.target}`),
    );
    for (const secret of secrets) ok(composeFile.secrets[typeof secret === 'string' ? secret : secret.source], name);
    for (const [variable, value] of Object.entries(environment)) {
      if (value.startsWith('/run/secrets/')) ok(targets.has(value), `${name} ${variable}`);
      else ok(!/PASSWORD|PIN|SECRET|_KEY/.test(variable), `${name} ${variable}`);
    }
  }
  for (const { file } of Object.values(composeFile.secrets))
    match(file, /^\$\{SECRETS_DIR:-\.\/\.data\/compose\/secrets\}\//);
});

void test('every file that it mounts is there', () => {
  const mounted = services
    .flatMap(([, { volumes = [] }]) => volumes)
    .map((volume) => volume.replace('${PROMETHEUS_TARGETS:-demo}', '<profile>').split(':')[0] ?? '');
  const made = /^\.\/\.data\//;
  const files = mounted
    .filter((path) => path.startsWith('./') && !made.test(path))
    .flatMap((path) => ['demo', 'hospital'].map((profile) => path.replace('<profile>', profile)));
  deepEqual(
    files.filter((path) => !existsSync(`${root}${path}`)),
    [],
  );
  const volumes = mounted.filter((path) => !path.startsWith('.'));
  deepEqual([...new Set(volumes)].toSorted(), Object.keys(composeFile.volumes).toSorted());
});

void test('both profiles are whole', () => {
  const of = (profile: string): readonly string[] =>
    services.filter(([, { profiles }]) => profiles.includes(profile)).map(([name]) => name);
  const hospital = [
    'ingest',
    'query',
    'consent',
    'anchor',
    'proxy',
    'postgres',
    'redis',
    'peer',
    'chaincode-0',
    'chaincode-1',
  ];
  const both = ['prometheus', 'grafana'];
  const demo = ['a', 'b'].flatMap((letter) =>
    [...hospital, 'entry', 'found'].map((name) => `hospital-${letter}-${name}`),
  );
  deepEqual(
    [...of('demo')].toSorted(),
    [...demo, ...both, 'kafka', 'kafka-permissions', 'orderer', 'channel'].toSorted(),
  );
  deepEqual(
    [...of('hospital')].toSorted(),
    [...hospital, ...both, 'own-kafka', 'own-kafka-permissions', 'join-channel'].toSorted(),
  );
});

void test('.env.example explains every variable, with the default that it has', async () => {
  // Compose itself reads one of them.
  const used = new Map([...variablesOfCompose(), ['COMPOSE_PROFILES', 'demo']]);
  const explained = await variablesOfExample();
  deepEqual([...explained.keys()].toSorted(), [...used.keys()].toSorted());
  for (const [name, value] of used) equal(explained.get(name), value, name);
});

void test('every variable that it sets is one that the container reads, and its default is the service’s own', async () => {
  const schemas = { 'chartseal/service': SERVICE_ENV, 'chartseal/chaincode': CHAINCODE_ENV } as const;
  for (const [name, { image, environment = {} }] of services) {
    const own = name === 'upstream' ? UPSTREAM_ENV : {};
    const schema = Object.entries(schemas).find(([start]) => image.startsWith(start))?.[1];
    if (schema === undefined) continue;
    const known = new Set([...Object.keys({ ...schema, ...own }), 'NODE_ENV', 'LOG_LEVEL']);
    deepEqual(
      Object.keys(environment).filter((variable) => !known.has(variable)),
      [],
      name,
    );
  }
  for (const [name, value] of await variablesOfExample()) {
    const variable = Object.entries({ ...SERVICE_ENV, ...UPSTREAM_ENV }).find(([known]) => known === name)?.[1];
    // An empty variable counts as not set.
    if (variable !== undefined && name !== 'FABRIC_PEER_HOSTNAME') equal(value, variable.default ?? '', name);
  }
});

void test('a service takes its environment for complete', async () => {
  for (const name of ['hospital-a-ingest', 'hospital-b-anchor', 'query']) {
    const environment = composeFile.services[name]?.environment ?? {};
    const own: Readonly<Record<string, string>> = {
      ORGANIZATION_ID: 'x',
      PUBLIC_BASE_URL: 'https://x.example',
      LOG_ORIGIN: 'x.example',
      FABRIC_MSP_ID: 'XMSP',
    };
    const values = Object.entries(environment).map(([variable, value]) => [
      variable,
      value.replaceAll(
        /\$\{([A-Z_]+)(?::-([^}]*))?\}/g,
        (_, inner: string, fallback = '') => own[inner] ?? String(fallback),
      ),
    ]);
    const files = new Set(
      values.flatMap(([variable = '', value]) => (value?.startsWith('/run/secrets/') === true ? [variable] : [])),
    );
    // Files are in the container alone: that they are missing is all that may be wrong.
    await serviceConfig(Object.fromEntries(values) as Record<string, string>).then(
      () => undefined,
      (error: Error) => {
        for (const line of error.message.split('\n'))
          ok(
            [...files].some((file) => line.startsWith(file)),
            `${name}: ${line}`,
          );
      },
    );
  }
  ok(!/:latest\b/.test(composeText));
});
