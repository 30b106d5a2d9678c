import type { NumberSpelling } from '@chartseal/fhir';
import { outcomeOf, requireScope, toOutcome, type Principal } from '@chartseal/server';
import { create } from '../create.ts';
import { deleteRecord } from '../delete.ts';
import { searchContext, type IngestDependencies } from '../dependencies.ts';
import { update } from '../update.ts';
import { readEntry, scopeOf, type BundleEntry } from './entry.ts';
import { existed, nothingToDelete, written, type EntryOutcome } from './response.ts';

/** Entries in flight at once: enough to share database transactions, few enough to leave the loop to others. */
const concurrency = 32;

/** R4 http.html#batch: each entry for itself; one that fails says so in its own place and changes nothing. */
export const batch = async (
  dependencies: IngestDependencies,
  principal: Principal,
  entries: readonly unknown[],
  numbers: NumberSpelling,
  requestId: string,
): Promise<readonly EntryOutcome[]> => {
  const outcomes: EntryOutcome[] = [];
  const waiting = entries.entries();
  const worker = async (): Promise<void> => {
    for (const [index, raw] of waiting) {
      outcomes[index] = await attempt(
        () => carryOut(dependencies, principal, readEntry(raw, index, searchContext(dependencies)), numbers),
        requestId,
      );
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  return outcomes;
};

const attempt = async (work: () => Promise<EntryOutcome>, requestId: string): Promise<EntryOutcome> => {
  try {
    return await work();
  } catch (error) {
    return { status: String(toOutcome(error, requestId).status), outcome: outcomeOf(error, requestId) };
  }
};

const carryOut = async (
  dependencies: IngestDependencies,
  principal: Principal,
  entry: BundleEntry,
  numbers: NumberSpelling,
): Promise<EntryOutcome> => {
  if (entry.kind === 'read') return readThrough(dependencies, principal, entry.url);
  requireScope(principal, entry.resourceType, scopeOf(entry));
  const { fhirBaseUrl } = dependencies;
  if (entry.kind === 'delete') {
    const deletion = await deleteRecord(dependencies, entry);
    return deletion === undefined ? nothingToDelete : written('deleted', deletion, fhirBaseUrl);
  }
  const incoming = { resource: entry.resource, numbers };
  if (entry.kind === 'create') {
    const { resourceType, condition } = entry;
    const { kind, version } = await create(dependencies, { resourceType, condition, incoming });
    return kind === 'created' ? written(kind, version, fhirBaseUrl) : existed(version, fhirBaseUrl);
  }
  const { kind, version } = await update(dependencies, { ...entry, incoming });
  return written(kind, version, fhirBaseUrl);
};

/** A GET goes the query service's own way, decision and audit included. */
export const readThrough = async (
  dependencies: IngestDependencies,
  principal: Principal,
  url: string,
): Promise<EntryOutcome> => {
  const { status, body, etag, lastModified } = await dependencies.readEntry(principal, url);
  return {
    status: String(status),
    ...(etag === undefined ? {} : { etag }),
    ...(lastModified === undefined ? {} : { lastModified }),
    resource: body,
  };
};
