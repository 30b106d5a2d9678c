import { operationOutcome, type Issue } from '@chartseal/fhir';
import type { StoredVersion } from '@chartseal/ports';
import type { IngestDependencies } from '../dependencies.ts';
import { locationOf } from '../location.ts';
import type { Return } from '../prefer.ts';
import { etag } from '../preconditions.ts';
import { representation } from '../representation.ts';

/** `Bundle.entry.response` of one entry. `resource` is FHIR JSON as text, put into the answer as it is. */
export type EntryOutcome = {
  readonly status: string;
  readonly location?: string;
  readonly etag?: string;
  readonly lastModified?: string;
  readonly outcome?: ReturnType<typeof operationOutcome>;
  readonly resource?: string;
};

/** What became of an entry that writes. `existed`: a conditional create found its record, and nothing was written. */
export type EntryWrite =
  | {
      readonly kind: 'created' | 'updated' | 'existed' | 'deleted';
      readonly version: StoredVersion;
      readonly issues: readonly Issue[];
    }
  | { readonly kind: 'nothing-to-delete' };

const statuses = {
  created: '201 Created',
  updated: '200 OK',
  existed: '200 OK',
  deleted: '204 No Content',
  'nothing-to-delete': '204 No Content',
} as const satisfies Record<EntryWrite['kind'], string>;

/** As `Prefer: return=…` of the whole request wants it (R4 http.html#return); the least by default. */
export const answerTo = async (
  dependencies: IngestDependencies,
  write: EntryWrite,
  preferred: Return | undefined,
): Promise<EntryOutcome> => {
  const status = statuses[write.kind];
  const isAbsent = write.kind === 'deleted' || write.kind === 'nothing-to-delete';
  const issues = 'issues' in write ? write.issues : [];
  const told = preferred === 'OperationOutcome' ? { outcome: operationOutcome(issues) } : {};
  const outcome = isAbsent && preferred === 'OperationOutcome' ? { status: '200 OK', ...told } : { status, ...told };
  if (write.kind === 'nothing-to-delete') return outcome;
  const { version } = write;
  return {
    ...outcome,
    ...(isAbsent ? {} : { location: locationOf(dependencies.fhirBaseUrl, version) }),
    etag: etag(version.versionId),
    lastModified: version.lastUpdated,
    ...(preferred === 'representation' && !isAbsent ? { resource: await representation(dependencies, version) } : {}),
  };
};

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
