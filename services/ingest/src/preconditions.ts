import type { CurrentVersion, RecordKey } from '@chartseal/ports';
import { isMadeProvenance } from '@chartseal/server';
import { refusal } from './intake.ts';

export const etag = (versionId: number): string => `W/"${versionId}"`;

/** Which element an issue is about, where there is one. */
export type Place = { readonly expression?: string };

/** R4 http.html#concurrency and RFC 9110 §13.1: the headers as they came, or what an entry of a Bundle says in their place. */
export type Preconditions = { readonly ifMatch?: string | undefined; readonly ifNoneMatch?: string | undefined };

/** `*`, or version numbers. @throws ChartsealError `malformed` */
const versionsOf = (header: string, name: string, at: Place): '*' | readonly number[] => {
  if (header.trim() === '*') return '*';
  return header.split(',').map((tag) => {
    const version = /^(?:W\/)?"(\d{1,9})"$/.exec(tag.trim())?.[1];
    if (version === undefined)
      throw refusal('malformed', { ...at, code: 'value', diagnostics: `${name} must be * or a weak ETag: W/"3"` });
    return Number(version);
  });
};

/**
 * Of a deleted record the deletion is the current version; to `*` there is none.
 * @throws ChartsealError `precondition-failed`, `malformed`
 */
export const checkPreconditions = (
  { ifMatch, ifNoneMatch }: Preconditions,
  current: CurrentVersion | undefined,
  at: (name: 'ifMatch' | 'ifNoneMatch') => Place = () => ({}),
): void => {
  const isNamed = (header: string, name: 'If-Match' | 'If-None-Match', place: Place): boolean => {
    const versions = versionsOf(header, name, place);
    if (versions === '*') return current?.state === 'content';
    return current !== undefined && versions.includes(current.versionId);
  };
  if (ifMatch !== undefined && !isNamed(ifMatch, 'If-Match', at('ifMatch')))
    throw refusal('precondition-failed', {
      ...at('ifMatch'),
      code: 'conflict',
      diagnostics: 'the current version is another than If-Match names',
    });
  if (ifNoneMatch !== undefined && isNamed(ifNoneMatch, 'If-None-Match', at('ifNoneMatch')))
    throw refusal('precondition-failed', {
      ...at('ifNoneMatch'),
      code: 'conflict',
      diagnostics: 'the current version is one that If-None-Match names',
    });
};

/** What the gateway makes of anchored versions when it is asked (docs/adr/0038) is nobody's to write, whether there is such a version or not. */
export const refuseMadeProvenance = (key: RecordKey | undefined, at: Place = {}): void => {
  if (key !== undefined && isMadeProvenance(key))
    throw refusal('not-allowed', {
      ...at,
      code: 'not-supported',
      diagnostics: 'a Provenance of that id is made by the gateway and cannot be written',
    });
};

/** The gateway's own audit trail is nobody's to change (DESIGN §6, FHIR). */
export const refuseAuditEntries = (current: CurrentVersion | undefined, at: Place = {}): void => {
  if (current?.log === 'access')
    throw refusal('not-allowed', {
      ...at,
      code: 'not-supported',
      diagnostics: 'an audit entry of the gateway cannot be changed',
    });
};
