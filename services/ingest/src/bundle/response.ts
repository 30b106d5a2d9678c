import type { operationOutcome } from '@chartseal/fhir';
import type { StoredVersion } from '@chartseal/ports';
import { locationOf } from '../location.ts';
import { etag } from '../preconditions.ts';

/** `Bundle.entry.response` of one entry. `resource` is FHIR JSON as text, put into the answer as it is. */
export type EntryOutcome = {
  readonly status: string;
  readonly location?: string;
  readonly etag?: string;
  readonly lastModified?: string;
  readonly outcome?: ReturnType<typeof operationOutcome>;
  readonly resource?: string;
};

export const written = (
  fresh: 'created' | 'updated' | 'deleted',
  version: StoredVersion,
  fhirBaseUrl: string,
): EntryOutcome => ({
  status: { created: '201 Created', updated: '200 OK', deleted: '204 No Content' }[fresh],
  ...(fresh === 'deleted' ? {} : { location: locationOf(fhirBaseUrl, version) }),
  etag: etag(version.versionId),
  lastModified: version.lastUpdated,
});

/** A conditional create that found its record: nothing was written. */
export const existed = (version: StoredVersion, fhirBaseUrl: string): EntryOutcome =>
  written('updated', version, fhirBaseUrl);

export const nothingToDelete: EntryOutcome = { status: '204 No Content' };

/** The answer's text. Resources are text already and are not parsed again. */
export const responseBundle = (
  type: 'batch-response' | 'transaction-response',
  outcomes: readonly EntryOutcome[],
): string => {
  const entries = outcomes.map(({ resource, ...response }) => {
    const rest = `"response":${JSON.stringify(response)}`;
    return resource === undefined ? `{${rest}}` : `{"resource":${resource},${rest}}`;
  });
  return `{"resourceType":"Bundle","type":"${type}"${entries.length > 0 ? `,"entry":[${entries.join(',')}]` : ''}}`;
};
