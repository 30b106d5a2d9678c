import type { NumberSpelling } from '@chartseal/fhir';
import { outcomeOf, requireOwn, requireScope, toOutcome, type Principal } from '@chartseal/server';
import { create } from '../create.ts';
import { deleteRecord } from '../delete.ts';
import { searchContext, type IngestDependencies } from '../dependencies.ts';
import { refuseIssues } from '../intake.ts';
import { update } from '../update.ts';
import { isReadOnly, placeOf, readEntry, scopeOf, type BundleEntry, type ReadEntry } from './entry.ts';
import type { Entries } from './envelope.ts';
import { existed, nothingToDelete, written, type EntryOutcome } from './response.ts';

/** Entries in flight at once: enough to share database transactions, few enough to leave the loop to others. */
const concurrency = 32;

/** R4 http.html#batch: each entry for itself; one that fails says so in its own place and changes nothing. */
export const batch = async (
  dependencies: IngestDependencies,
  principal: Principal,
  { entries, issues }: Entries,
  numbers: NumberSpelling,
  requestId: string,
): Promise<readonly EntryOutcome[]> => {
  const outcomes: EntryOutcome[] = [];
  const waiting = entries.entries();
  const worker = async (): Promise<void> => {
    for (const [index, raw] of waiting) {
      const work = async (): Promise<EntryOutcome> => {
        // What the token alone tells comes before anything of the entry is looked at.
        if (!isReadOnly(raw)) requireOwn(principal);
        const entry = readEntry(raw, index, searchContext(dependencies));
        refuseIssues(issues.filter(({ expression }) => expression?.startsWith(`Bundle.entry[${index}]`)));
        if (entry.kind === 'read') return readThrough(dependencies, principal, entry.url, requestId);
        return carryOut(dependencies, principal, entry, numbers);
      };
      outcomes[index] = await attempt(work);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  return outcomes;
};

const attempt = async (work: () => Promise<EntryOutcome>): Promise<EntryOutcome> => {
  try {
    return await work();
  } catch (error) {
    return { status: String(toOutcome(error).status), outcome: outcomeOf(error) };
  }
};

const carryOut = async (
  dependencies: IngestDependencies,
  principal: Principal,
  entry: Exclude<BundleEntry, ReadEntry>,
  numbers: NumberSpelling,
): Promise<EntryOutcome> => {
  requireScope(principal, entry.resourceType, scopeOf(entry));
  const { fhirBaseUrl } = dependencies;
  if (entry.kind === 'delete') {
    const deletion = await deleteRecord(dependencies, entry);
    return deletion === undefined ? nothingToDelete : written('deleted', deletion, fhirBaseUrl);
  }
  const incoming = { resource: entry.resource, numbers };
  const path = placeOf(entry);
  if (entry.kind === 'create') {
    const { resourceType, condition } = entry;
    const { kind, version } = await create(dependencies, { resourceType, condition, incoming, path });
    return kind === 'created' ? written(kind, version, fhirBaseUrl) : existed(version, fhirBaseUrl);
  }
  const { kind, version } = await update(dependencies, { ...entry, incoming, path });
  return written(kind, version, fhirBaseUrl);
};

/** A GET goes the query service's own way, decision and audit included. */
const readThrough = async (
  dependencies: IngestDependencies,
  principal: Principal,
  url: string,
  requestId: string,
): Promise<EntryOutcome> => {
  const { status, body, etag, lastModified } = await dependencies.readEntry(principal, url, requestId);
  return {
    status: String(status),
    ...(etag === undefined ? {} : { etag }),
    ...(lastModified === undefined ? {} : { lastModified }),
    resource: body,
  };
};

/**
 * A GET of a transaction. The writes are durable by now: a read that fails says so in its own place, for a failure of the whole would
 * tell the client that nothing was stored.
 */
export const readAfter = (
  dependencies: IngestDependencies,
  principal: Principal,
  { url }: ReadEntry,
  requestId: string,
): Promise<EntryOutcome> => attempt(() => readThrough(dependencies, principal, url, requestId));
