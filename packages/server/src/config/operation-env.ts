import { LOG_LEVELS, type LogLevel } from '../http/log.ts';
import type { EnvSchema } from './env.ts';
import { choiceVariable, integerVariable, optional, textVariable } from './variables.ts';

const logLevels = Object.fromEntries(LOG_LEVELS.map((level) => [level, level])) as Record<LogLevel, LogLevel>;

/** What every way to run it has. */
export const OPERATION_ENV = {
  CONSENT_MAX_STALENESS_MS: integerVariable({
    description: 'How old the view of the ledger may be when another organisation is answered, in milliseconds.',
    default: '2000',
    min: 0,
    max: 60_000,
  }),
  RATE_LIMIT_PER_SECOND: integerVariable({
    description:
      'Requests a second that each client of another organisation may make, and each patient’s device; ten times as many at once after a silence. Beyond: 429 with Retry-After. 0: no limit. Each process counts its own.',
    default: '1000',
    min: 0,
    max: 1_000_000,
  }),
  RATE_LIMIT_OWN_PER_SECOND: integerVariable({
    description: 'The same for each of the hospital’s own clients.',
    default: '0',
    min: 0,
    max: 1_000_000,
  }),
  TRUSTED_PROXY: optional(
    textVariable({
      description:
        'What stands before the services and says where a request came from (`X-Forwarded-For`): addresses, subnets, or `loopback`, `linklocal`, `uniquelocal`, with commas between. Unset: nothing does.',
      expects: 'addresses with commas between',
      pattern: /^[A-Za-z0-9.:/, ]{1,500}$/,
    }),
  ),
  AUTH_MTLS: choiceVariable({
    description:
      'Access tokens bound to the client’s certificate (RFC 8705): `optional` binds those of clients that have one, `required` gives no others. Only behind a proxy that sets `X-Client-Certificate` on every request, as infra/proxy does, and that `TRUSTED_PROXY` names: nobody else is believed.',
    default: 'off',
    choices: { off: 'off', optional: 'optional', required: 'required' },
  }),
  BREAK_GLASS_HOURS: integerVariable({
    description:
      'How long an organisation that broke the glass reads that patient’s records for its emergency, before it has to say so again. 24 at most.',
    default: '4',
    min: 1,
    max: 24,
  }),
  ANSWER_STEP_MS: integerVariable({
    description:
      'Answers to another organisation leave at this many milliseconds after the request, or twice, four times … that; searches, histories and `$everything` not before twice it. So their time does not tell what is withheld.',
    default: '25',
    min: 1,
    max: 1000,
  }),
  OTEL_EXPORTER_OTLP_ENDPOINT: optional(
    textVariable({
      description: 'Where traces go (OTLP over HTTP). Unset: none leave.',
      expects: 'a URL',
      pattern: /^https?:\/\/\S+$/,
    }),
  ),
  LOG_LEVEL: choiceVariable({ description: 'Least level that is logged.', default: 'info', choices: logLevels }),
  NODE_ENV: choiceVariable({
    description: 'With production no engine is spoken to in plaintext, and the sandbox refuses to start.',
    default: 'development',
    choices: { development: 'development', test: 'test', production: 'production' },
  }),
} as const satisfies EnvSchema;
