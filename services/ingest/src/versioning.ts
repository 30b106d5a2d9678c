import type { CurrentVersion } from '@chartseal/ports';
import { refusal } from './intake.ts';

export const etag = (versionId: number): string => `W/"${versionId}"`;

/** R4 http.html#concurrency: `If-Match: W/"3"`. `at`: the entry that says so. @throws ChartsealError `precondition-failed`, `malformed` */
export const checkIfMatch = (
  ifMatch: string | undefined,
  current: CurrentVersion | undefined,
  at: Place = {},
): void => {
  if (ifMatch === undefined) return;
  const expected = /^(?:W\/)?"(\d{1,9})"$/.exec(ifMatch.trim())?.[1];
  if (expected === undefined)
    throw refusal('malformed', { ...at, code: 'value', diagnostics: 'If-Match must be a weak ETag: W/"3"' });
  if (current?.versionId !== Number(expected)) {
    throw refusal('precondition-failed', {
      ...at,
      code: 'conflict',
      diagnostics: 'the current version is another than If-Match names',
    });
  }
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

/** Which element an issue is about, where there is one. */
export type Place = { readonly expression?: string };
