import { ChartsealError, type ErrorKind } from '@chartseal/ports';

/** The record can do nothing for these: the same again may succeed. */
const passing: ReadonlySet<ErrorKind> = new Set<ErrorKind>([
  'store-unavailable',
  'outcome-unknown',
  'fenced',
  'misconfigured',
]);

/** Whether it is the record that is refused, and not that we could not write at all. */
export const isRefusal = (error: unknown): boolean => !(error instanceof ChartsealError && passing.has(error.kind));

const longestReason = 1000;

/** A fault of ours. */
export const internal = 'internal';

/** Kind and places, never content: what an issue says is for logs, too (see ErrorIssue). */
export const reasonOf = (error: unknown): string => {
  if (!(error instanceof ChartsealError)) return internal;
  if (error.kind === 'internal') return internal;
  const issues = (error.detail.issues ?? []).map(({ expression, code, diagnostics }) =>
    [expression, code, diagnostics].filter((part) => part !== undefined).join(' '),
  );
  return [error.kind, ...issues].join('; ').slice(0, longestReason);
};
