import {
  type Env,
  type EnvSchema,
  integerVariable,
  type LogLevel,
  OPERATION_ENV,
  readEnv,
  textVariable,
} from '@chartseal/server';
import {
  certificateFilesOf,
  type EngineConfig,
  type FabricConfig,
  readEngineConfig,
  readFabricConfig,
} from './engine-config.ts';
import type { PlaceOptions } from './place.ts';
import { ENGINE_ENV, FABRIC_ENV } from './variables.ts';

const baseUrl = /^https?:\/\/[^\s/?#]+(\/[^\s?#]*[^\s?#/])?$/;

/** Who this hospital is, and where its services are. */
const HOSPITAL_ENV = {
  ORGANIZATION_ID: textVariable({
    description: 'The hospital’s id in the directory on the ledger.',
    expects: 'a directory id',
    pattern: /^[A-Za-z0-9.-]{1,64}$/,
  }),
  PUBLIC_BASE_URL: textVariable({
    description:
      'Where everyone else reaches this hospital’s services, through the proxy: `/fhir`, `/auth`, `/consent` and `/log` are below it.',
    expects: 'a URL without a slash at its end',
    pattern: baseUrl,
  }),
  LOG_ORIGIN: textVariable({
    description:
      'First part of the origins of the two logs, which are `<LOG_ORIGIN>/records` and `<LOG_ORIGIN>/access`. Never changes.',
    expects: 'a name as of a URL without its scheme',
    pattern: /^[A-Za-z0-9.-]+(\/[A-Za-z0-9._-]+)*$/,
  }),
  HTTP_HOST: textVariable({
    description: 'Address on which the service listens.',
    default: '127.0.0.1',
    expects: 'an IP address or a host name',
    pattern: /^[A-Za-z0-9.:-]{1,253}$/,
  }),
  HTTP_PORT: integerVariable({ description: 'TCP port on which it listens.', default: '8080', min: 0, max: 65_535 }),
  ANCHOR_INTERVAL_MS: integerVariable({
    description: 'Least time between two anchors on the ledger, in milliseconds. Ledgers cannot be pruned.',
    default: '10000',
    min: 10,
    max: 3_600_000,
  }),
} as const satisfies EnvSchema;

/** The variables of a hospital's services on real engines. */
export const SERVICE_ENV = {
  ...HOSPITAL_ENV,
  ...ENGINE_ENV,
  ...FABRIC_ENV,
  ...OPERATION_ENV,
} as const satisfies EnvSchema;

export type ServiceConfig = {
  readonly organization: string;
  readonly baseUrl: string;
  readonly logOrigin: string;
  readonly listen: { readonly host: string; readonly port: number };
  readonly engines: EngineConfig;
  readonly ledger: FabricConfig;
  readonly certificateFiles: Readonly<Record<string, string>>;
  readonly anchorIntervalMs: number;
  readonly maxStalenessMs: number;
  readonly answerStepMs: number;
  readonly breakGlassMs: number;
  readonly rateLimits: PlaceOptions['rateLimits'];
  readonly trustedProxy: string | undefined;
  readonly clientCertificates: PlaceOptions['clientCertificates'];
  readonly logLevel: LogLevel;
  readonly otlpEndpoint: string | undefined;
};

/** @throws ChartsealError `misconfigured`, naming every variable that is wrong or missing */
export const serviceConfig = async (env: Env): Promise<ServiceConfig> => {
  const values = readEnv(SERVICE_ENV, env);
  return {
    organization: values.ORGANIZATION_ID,
    baseUrl: values.PUBLIC_BASE_URL,
    logOrigin: values.LOG_ORIGIN,
    listen: { host: values.HTTP_HOST, port: values.HTTP_PORT },
    engines: await readEngineConfig(values, values.NODE_ENV === 'production' ? 'required' : 'optional'),
    ledger: await readFabricConfig(values),
    certificateFiles: certificateFilesOf(values),
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
