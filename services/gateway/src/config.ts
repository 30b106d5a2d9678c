import { certificateFilesOf, ENGINE_ENV, readEngineConfig } from '@chartseal/engines';
import { ChartsealError } from '@chartseal/ports';
import {
  choiceVariable,
  type Env,
  type EnvSchema,
  integerVariable,
  type LogLevel,
  OPERATION_ENV,
  readEnv,
  textVariable,
} from '@chartseal/server';
import { importConfig } from '@chartseal/service-ingest';
import { upstreamConfig } from '@chartseal/service-upstream';
import type { SandboxPlace } from './compose.ts';
import { layout } from './layout.ts';

/** Of the sandbox alone. */
export const SANDBOX_ENV = {
  GATEWAY_PORT: integerVariable({
    description: 'TCP port on which the gateway listens; 0 lets the system choose one.',
    default: '8080',
    min: 0,
    max: 65_535,
  }),
  GATEWAY_HOST: textVariable({
    description: 'Address on which the gateway listens. The sandbox has sample keys: keep it on loopback.',
    default: '127.0.0.1',
    expects: 'an IP address or a host name',
    pattern: /^[A-Za-z0-9.:-]{1,253}$/,
  }),
  GATEWAY_DATA_DIR: textVariable({
    description: 'Folder of the embedded store, the ledger and the keys. Made if it is not there.',
    default: '.data',
    expects: 'the path of a folder',
  }),
  GATEWAY_SAMPLE_DATA: choiceVariable({
    description: 'Whether sample patients are loaded into an empty store: 1 or 0.',
    default: '1',
    choices: { '1': 'load', '0': 'skip' },
  }),
  ANCHOR_INTERVAL_MS: integerVariable({
    description: 'Least time between two anchors on the ledger, in milliseconds.',
    default: '1000',
    min: 10,
    max: 3_600_000,
  }),
  ...OPERATION_ENV,
} as const satisfies EnvSchema;

export type SandboxConfig = SandboxPlace & {
  readonly sampleData: 'load' | 'skip';
  readonly logLevel: LogLevel;
  readonly otlpEndpoint: string | undefined;
};

const MISSING_IN_PRODUCTION = [
  'a ledger that is shared with the other organisations: set FABRIC_PEER_ENDPOINT (the sandbox has all of them in one process)',
  'a PostgreSQL server as record store: set POSTGRES_URL (the sandbox brings its own)',
  'keys of this hospital in a key vault: set KEYRING_FILE or PKCS11_MODULE (the sandbox writes sample keys to sandbox.json)',
];

/** With a shared ledger a gateway is a hospital's; without one it is the sandbox, which plays all hospitals. */
export const modeOf = (env: Env): 'hospital' | 'sandbox' =>
  (env['FABRIC_PEER_ENDPOINT'] ?? '') === '' ? 'sandbox' : 'hospital';

/** @throws ChartsealError `misconfigured`, naming every variable that is wrong, or in production all that is missing */
export const sandboxConfig = async (env: Env): Promise<SandboxConfig> => {
  const values = readEnv({ ...SANDBOX_ENV, ...ENGINE_ENV }, env);
  if (values.NODE_ENV === 'production') {
    const lines = MISSING_IN_PRODUCTION.map((what) => `- ${what}`);
    const message = [
      'NODE_ENV=production, but this is the sandbox. Missing:',
      ...lines,
      'Unset NODE_ENV to run the sandbox.',
    ];
    throw new ChartsealError('misconfigured', message.join('\n'));
  }
  return {
    listen: { host: values.GATEWAY_HOST, port: values.GATEWAY_PORT },
    dataDir: values.GATEWAY_DATA_DIR,
    engines: await readEngineConfig(values, 'optional', layout(values.GATEWAY_DATA_DIR)),
    certificateFiles: certificateFilesOf(values),
    imports: await importConfig(env),
    upstream: await upstreamConfig(env),
    sampleData: values.GATEWAY_SAMPLE_DATA,
    anchorIntervalMs: values.ANCHOR_INTERVAL_MS,
    maxStalenessMs: values.CONSENT_MAX_STALENESS_MS,
    answerStepMs: values.ANSWER_STEP_MS,
    breakGlassMs: values.BREAK_GLASS_HOURS * 3_600_000,
    rateLimits: { other: values.RATE_LIMIT_PER_SECOND, own: values.RATE_LIMIT_OWN_PER_SECOND },
    trustedProxy: values.TRUSTED_PROXY,
    clientCertificates: values.AUTH_MTLS,
    logLevel: values.LOG_LEVEL,
    otlpEndpoint: values.OTEL_EXPORTER_OTLP_ENDPOINT,
  };
};
