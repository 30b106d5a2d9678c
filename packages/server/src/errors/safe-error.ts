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

/** A word, such as `ECONNRESET` or `23505`. A code may come from another hospital's peer: what is no word may be anything. */
const word = (code: unknown): string | undefined => {
  if (typeof code !== 'string' && typeof code !== 'number') return undefined;
  return /^[\w.-]{1,64}$/.test(String(code)) ? String(code) : '(not a word)';
};

const codeOf = (error: object): string | undefined => ('code' in error ? word(error.code) : undefined);

/** V8 puts the message before the frames, and a message may hold lines that look like frames. */
const framesOf = ({ stack = '', message }: Error): readonly string[] => {
  const from = stack.indexOf(message);
  if (from === -1) return [];
  return stack
    .slice(from + message.length)
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .slice(0, 12)
    .map((line) => line.trim());
};

/**
 * An error for the log: only our own errors keep their message, which holds no PHI by contract. A driver's message may
 * quote a row or a request, so of foreign errors name, code and stack frames remain.
 */
export const safeError = (error: unknown, depth = 0): SafeError => {
  if (!(error instanceof Error)) return { name: typeof error };
  const code = error instanceof ChartsealError ? word(error.detail.code) : codeOf(error);
  return {
    name: error.name,
    ...(error instanceof ChartsealError ? { kind: error.kind, message: error.message } : {}),
    ...(code === undefined ? {} : { code }),
    at: framesOf(error),
    ...(error.cause === undefined || depth >= 4 ? {} : { cause: safeError(error.cause, depth + 1) }),
  };
};
