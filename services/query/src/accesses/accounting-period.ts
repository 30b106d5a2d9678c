import { dateInterval } from '@chartseal/fhir';
import { ChartsealError, type ErrorIssue } from '@chartseal/ports';
import type { Parameters } from '../paging/parameters.ts';
import type { Period } from './accounting.ts';

/** 45 CFR 164.528(a)(3): the six years before the request. */
const years = 6;

/** Read by `negotiate`. */
const everywhere: ReadonlySet<string> = new Set(['_format', '_pretty']);

/**
 * `from` and `to`, FHIR dates or instants, each of which stands for its whole interval; the last six years unless they say otherwise.
 * @throws ChartsealError `malformed`
 */
export const accountingPeriod = (parameters: Parameters, now: number): Period => {
  const issues: ErrorIssue[] = [];
  const read = (name: string): ReturnType<typeof dateInterval> => {
    const [value, ...more] = parameters.filter(([each]) => each === name).map(([, each]) => each);
    if (value === undefined) return undefined;
    const interval = more.length > 0 ? undefined : dateInterval(value.replaceAll(' ', '+'));
    if (interval === undefined) issues.push({ code: 'value', expression: name, diagnostics: 'must be one FHIR date' });
    return interval;
  };
  const unknown = parameters.some(([name]) => !['from', 'to'].includes(name) && !everywhere.has(name));
  if (unknown) issues.push({ code: 'not-supported', diagnostics: 'only from and to are supported here' });
  const until = read('to')?.end ?? now + 1;
  const sixYearsBefore = new Date(Math.min(until, now));
  sixYearsBefore.setUTCFullYear(sixYearsBefore.getUTCFullYear() - years);
  const from = read('from')?.start ?? sixYearsBefore.getTime();
  if (issues.length === 0 && from >= until)
    issues.push({ code: 'invariant', expression: 'to', diagnostics: 'must not be before from' });
  if (issues.length > 0) throw new ChartsealError('malformed', 'a parameter cannot be read', { issues });
  return { from, until };
};
