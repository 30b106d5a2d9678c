import { type DestinationStream, type Logger, pino } from 'pino';
import { activeSpan } from '../tracing/span.ts';
import { requestScope } from './request-scope.ts';

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Correlation id and trace of whatever writes the line. */
const whence = (): object => {
  const span = activeSpan();
  return { ...requestScope(), ...(span === undefined ? {} : { traceId: span.traceId }) };
};

/** JSON lines, without host name. `destination` is standard output unless a test gives another. */
export const createLog = (options: { service: string; level: LogLevel; destination?: DestinationStream }): Logger => {
  const settings = {
    level: options.level,
    base: { service: options.service },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    mixin: whence,
  };
  return options.destination === undefined ? pino(settings) : pino(settings, options.destination);
};

export type { Logger } from 'pino';
