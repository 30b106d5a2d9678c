import { parseSearchQuery } from '@chartseal/fhir';
import { ChartsealError, type SearchCursor, type StoredVersion } from '@chartseal/ports';
import type { QueryDependencies } from '../dependencies.ts';
import { releaseToPatient, type Released } from '../release/released.ts';
import type { OwnNames } from '../release/own-access.ts';

export type AccessPage = {
  readonly entries: readonly Released[];
  /** Where to go on; undefined after the last. */
  readonly next: SearchCursor | undefined;
};

/** A page of the log, and which. `dates` as the search parameter `date` takes them, all of which must hold. */
export type AccessQuery = {
  readonly dates: readonly string[];
  readonly after: SearchCursor | undefined;
  readonly limit: number;
};

/**
 * Entries of the access log that concern this person (consent-semantics C13), in the order in which they were written: who read or asked for what and why.
 * A page costs the same wherever it lies. AuditEvents that others wrote are records, not entries of the log.
 * @throws ChartsealError `malformed` for a date that cannot be read
 */
export const accessEntries = async (
  { records, fhirBaseUrl, clock }: Pick<QueryDependencies, 'records' | 'fhirBaseUrl' | 'clock'>,
  own: OwnNames,
  { dates, after, limit }: AccessQuery,
): Promise<AccessPage> => {
  const words: (readonly [string, string])[] = [
    ['patient', [...own.patients].map((id) => `Patient/${id}`).join(',')],
    ...dates.map((date) => ['date', date] as const),
  ];
  const parsed = parseSearchQuery('AuditEvent', words, { baseUrl: fhirBaseUrl, now: clock.wallMs() });
  if (parsed.outcome === 'refused') {
    const issues = [
      { code: 'value', expression: 'date', diagnostics: 'must be dates, as FHIR searches have them' },
    ] as const;
    throw new ChartsealError('malformed', 'a parameter cannot be read', { issues });
  }
  const options = { limit: limit + 1, ...(after === undefined ? {} : { after }) };
  const { versions } = await records.search(parsed.query, options);
  const page = versions.slice(0, limit);
  const next = versions.length > limit ? page.at(-1)?.cursor : undefined;
  return { entries: page.filter(isLogged).map((version) => releaseToPatient(own, version)), next };
};

export const isLogged = ({ log, state }: StoredVersion): boolean => log === 'access' && state === 'content';
