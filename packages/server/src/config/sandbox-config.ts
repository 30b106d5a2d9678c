import { ChartsealError } from '@chartseal/ports';
import { LOG_LEVELS, type LogLevel } from '../http/log.ts';
import { type Env, type EnvSchema, readEnv } from './env.ts';
import { choiceVariable, integerVariable, textVariable } from './variables.ts';

const logLevels = Object.fromEntries(LOG_LEVELS.map((level) => [level, level])) as Record<LogLevel, LogLevel>;

/** The variables of the sandbox: one gateway on embedded engines. */
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
  CONSENT_MAX_STALENESS_MS: integerVariable({
    description: 'How old the view of the ledger may be when another organisation is answered, in milliseconds.',
    default: '2000',
    min: 0,
    max: 60_000,
  }),
  LOG_LEVEL: choiceVariable({ description: 'Least level that is logged.', default: 'info', choices: logLevels }),
  NODE_ENV: choiceVariable({
    description: 'With production the sandbox refuses to start: nothing in it is secret or shared.',
    default: 'development',
    choices: { development: 'development', test: 'test', production: 'production' },
  }),
} as const satisfies EnvSchema;

export type SandboxConfig = {
  readonly listen: { readonly host: string; readonly port: number };
  readonly dataDir: string;
  readonly sampleData: 'load' | 'skip';
  readonly anchorIntervalMs: number;
  readonly maxStalenessMs: number;
  readonly logLevel: LogLevel;
};

const MISSING_IN_PRODUCTION = [
  'a PostgreSQL server as record store (the sandbox brings its own)',
  'a ledger that is shared with the other organisations (the sandbox has all of them in one process)',
  'keys of this hospital in a key vault, and its registered clients (the sandbox writes sample keys to sandbox.json)',
];

/**
 * Second step: from variables to what `compose` takes.
 *
 * @throws ChartsealError `misconfigured`, naming every variable that is wrong, or in production all that is missing
 */
export const sandboxConfig = (env: Env): SandboxConfig => {
  const values = readEnv(SANDBOX_ENV, env);
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
    sampleData: values.GATEWAY_SAMPLE_DATA,
    anchorIntervalMs: values.ANCHOR_INTERVAL_MS,
    maxStalenessMs: values.CONSENT_MAX_STALENESS_MS,
    logLevel: values.LOG_LEVEL,
  };
};
