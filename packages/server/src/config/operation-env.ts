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
  BREAK_GLASS_HOURS: integerVariable({
    description:
      'How long an organisation that broke the glass reads that patient’s records for its emergency, before it has to say so again. 24 at most.',
    default: '4',
    min: 1,
    max: 24,
  }),
  ANSWER_STEP_MS: integerVariable({
    description:
      'Answers to another organisation leave at this many milliseconds after the request, or twice, four times … that; searches not before twice, `$everything` not before four times it. So their time does not tell what is withheld.',
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
