import { readFileOf, readOptionalFile } from '@chartseal/engines';
import { isResourceType } from '@chartseal/fhir';
import { ChartsealError } from '@chartseal/ports';
import {
  type Env,
  type EnvSchema,
  type EnvValues,
  fileVariable,
  integerVariable,
  OPERATION_ENV,
  optional,
  readEnv,
  textVariable,
} from '@chartseal/server';
import type { Authorization, ClientKey } from './client/authorization.ts';
import type { PullSettings } from './pull/dependencies.ts';

const url = /^https?:\/\/[^\s/?#@]+(\/[^\s?#]*[^\s?#/])?$/;

/** Of the connector that reads the hospital's own FHIR server. */
export const UPSTREAM_ENV = {
  UPSTREAM_BASE_URL: optional(
    textVariable({
      description:
        'Base URL of the hospital’s own FHIR R4 server, whose records are taken over. It names the upstream: with another one all is read anew. Production asks for https.',
      expects: 'a URL without a slash at its end',
      pattern: url,
    }),
  ),
  UPSTREAM_TYPES: optional(
    textVariable({
      description:
        'Resource types to take over, in this order. Unset: all that the upstream says it can search, but AuditEvent; what others refer to comes first.',
      expects: 'types with commas between: Patient,Observation',
      pattern: /^[A-Za-z]+(,[A-Za-z]+)*$/,
    }),
  ),
  UPSTREAM_PAGE_SIZE: integerVariable({
    description: 'How many records are asked for at a time.',
    default: '100',
    min: 1,
    max: 1000,
  }),
  UPSTREAM_REQUESTS_PER_SECOND: integerVariable({
    description: 'How often the upstream is asked at most.',
    default: '5',
    min: 1,
    max: 1000,
  }),
  UPSTREAM_INTERVAL_SECONDS: integerVariable({
    description: 'From the end of one round over all types to the next.',
    default: '30',
    min: 1,
    max: 86_400,
  }),
  UPSTREAM_OVERLAP_SECONDS: integerVariable({
    description:
      'How far back of the last reading each one begins: at least how much later than its time a version may become visible at the upstream.',
    default: '60',
    min: 0,
    max: 86_400,
  }),
  UPSTREAM_CA_FILE: optional(
    fileVariable({
      description: 'Authority of the upstream’s certificate (PEM). Unset: the authorities that the system trusts.',
    }),
  ),
  UPSTREAM_TOKEN_FILE: optional(fileVariable({ description: 'A bearer token for the upstream that does not change.' })),
  UPSTREAM_TOKEN_URL: optional(
    textVariable({
      description:
        'Token endpoint, for SMART Backend Services instead of a token that does not change. Production asks for https.',
      expects: 'a URL',
      pattern: /^https?:\/\/[^\s@]+$/,
    }),
  ),
  UPSTREAM_CLIENT_ID: optional(
    textVariable({ description: 'Our client id at that endpoint.', expects: 'a client id', pattern: /^[!-~]+$/ }),
  ),
  UPSTREAM_KEY_FILE: optional(
    fileVariable({ description: 'Our private key there: a JWK with `kid` and `alg` (ES256, ES384 or RS384).' }),
  ),
  UPSTREAM_SCOPE: textVariable({
    description: 'Scopes that are asked for there.',
    default: 'system/*.rs',
    expects: 'scopes with blanks between',
  }),
} as const satisfies EnvSchema;

export type UpstreamConfig = {
  /** Without a slash at its end. */
  readonly baseUrl: string;
  readonly requestsPerSecond: number;
  readonly ca: string | undefined;
  readonly authorization: Authorization;
  readonly settings: PullSettings;
};

type Values = EnvValues<typeof UPSTREAM_ENV>;

const wrong = (message: string): never => {
  throw new ChartsealError('misconfigured', message);
};

const keyOf = (text: string): ClientKey => {
  try {
    const key: unknown = JSON.parse(text);
    if (typeof key === 'object' && key !== null && 'kty' in key && 'd' in key) return key as ClientKey;
  } catch {
    // Told below, without a word of what it holds.
  }
  return wrong('UPSTREAM_KEY_FILE is wrong: set it to a file with a private key as JWK');
};

const authorizationOf = async (values: Values): Promise<Authorization> => {
  const { UPSTREAM_TOKEN_FILE: tokenFile, UPSTREAM_TOKEN_URL: tokenUrl } = values;
  if (tokenUrl === undefined) {
    const token = await readOptionalFile('UPSTREAM_TOKEN_FILE', tokenFile);
    if (token === undefined) return { kind: 'none' };
    return /^[!-~]+$/.test(token)
      ? { kind: 'bearer', token }
      : wrong('UPSTREAM_TOKEN_FILE names a file that holds no token');
  }
  if (tokenFile !== undefined) return wrong('UPSTREAM_TOKEN_FILE and UPSTREAM_TOKEN_URL are both set: unset one');
  const { UPSTREAM_CLIENT_ID: clientId, UPSTREAM_KEY_FILE: keyFile, UPSTREAM_SCOPE: scope } = values;
  if (clientId === undefined || keyFile === undefined)
    return wrong('UPSTREAM_TOKEN_URL asks for UPSTREAM_CLIENT_ID and UPSTREAM_KEY_FILE: set them');
  return {
    kind: 'backend-services',
    tokenUrl,
    clientId,
    scope,
    key: keyOf(await readFileOf('UPSTREAM_KEY_FILE', keyFile)),
  };
};

const typesOf = (text: string | undefined): readonly string[] | undefined => {
  const types = text?.split(',');
  if (types?.every((type) => isResourceType(type)) === false)
    return wrong('UPSTREAM_TYPES is wrong: set it to resource types of R4, with commas between');
  return types && [...new Set(types)];
};

/**
 * @returns undefined without UPSTREAM_BASE_URL: this hospital writes its records itself
 * @throws ChartsealError `misconfigured`, naming the variable
 */
export const upstreamConfig = async (env: Env): Promise<UpstreamConfig | undefined> => {
  const values = readEnv({ ...UPSTREAM_ENV, NODE_ENV: OPERATION_ENV.NODE_ENV }, env);
  const { UPSTREAM_BASE_URL: baseUrl } = values;
  if (baseUrl === undefined) return undefined;
  if (values.NODE_ENV === 'production')
    for (const name of ['UPSTREAM_BASE_URL', 'UPSTREAM_TOKEN_URL'] as const)
      if (values[name]?.startsWith('http:') === true) wrong(`${name} is wrong: production asks for https`);
  return {
    baseUrl,
    requestsPerSecond: values.UPSTREAM_REQUESTS_PER_SECOND,
    ca: await readOptionalFile('UPSTREAM_CA_FILE', values.UPSTREAM_CA_FILE),
    authorization: await authorizationOf(values),
    settings: {
      types: typesOf(values.UPSTREAM_TYPES),
      pageSize: values.UPSTREAM_PAGE_SIZE,
      intervalMs: values.UPSTREAM_INTERVAL_SECONDS * 1000,
      overlapMs: values.UPSTREAM_OVERLAP_SECONDS * 1000,
    },
  };
};

/** @throws ChartsealError `misconfigured`, also where there is no upstream */
export const requiredUpstreamConfig = async (env: Env): Promise<UpstreamConfig> =>
  (await upstreamConfig(env)) ??
  wrong('UPSTREAM_BASE_URL is missing: set it to the base URL of the hospital’s own FHIR server');
