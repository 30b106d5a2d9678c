import { ChartsealError } from '@chartseal/ports';

/** What of an error may be logged. */
export type SafeError = {
  readonly name: string;
  readonly kind?: string;
  readonly code?: string;
  readonly message?: string;
  readonly at?: readonly string[];
  readonly cause?: SafeError;
};

const codeOf = (error: object): string | undefined =>
  'code' in error && (typeof error.code === 'string' || typeof error.code === 'number')
    ? String(error.code)
    : undefined;

const framesOf = (error: Error): readonly string[] =>
  (error.stack ?? '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .slice(0, 12)
    .map((line) => line.trim());

/**
 * An error for the log: only our own errors keep their message, which holds no PHI by contract. A driver's message may
 * quote a row or a request, so of foreign errors name, code and stack frames remain.
 */
export const safeError = (error: unknown, depth = 0): SafeError => {
  if (!(error instanceof Error)) return { name: typeof error };
  const code = error instanceof ChartsealError ? error.detail.code : codeOf(error);
  return {
    name: error.name,
    ...(error instanceof ChartsealError ? { kind: error.kind, message: error.message } : {}),
    ...(code === undefined ? {} : { code }),
    at: framesOf(error),
    ...(error.cause === undefined || depth >= 4 ? {} : { cause: safeError(error.cause, depth + 1) }),
  };
};
