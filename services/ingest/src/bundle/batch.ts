import type { NumberSpelling } from '@chartseal/fhir';
import { outcomeOf, requireOwn, requireScope, toOutcome, type Principal } from '@chartseal/server';
import { create } from '../create.ts';
import type { Target } from '../commit-on.ts';
import { deleteTarget } from '../delete.ts';
import { searchContext, type IngestDependencies } from '../dependencies.ts';
import { refuseIssues } from '../intake.ts';
import { patchRecord } from '../patch.ts';
import type { Return } from '../prefer.ts';
import { update, updateWhere } from '../update.ts';
import { isReadOnly, placeOf, readEntry, scopeOf, type ReadEntry, type WriteEntry } from './entry.ts';
import type { Entries } from './envelope.ts';
import { answerTo, type EntryOutcome, type EntryWrite } from './response.ts';

/** Entries in flight at once: enough to share database transactions, few enough to leave the loop to others. */
const concurrency = 32;

export type BatchRequest = {
  readonly numbers: NumberSpelling;
  readonly requestId: string;
  readonly preferred: Return | undefined;
};

/** R4 http.html#batch: each entry for itself; one that fails says so in its own place and changes nothing. */
export const batch = async (
  dependencies: IngestDependencies,
  principal: Principal,
  { entries, issues }: Entries,
  { numbers, requestId, preferred }: BatchRequest,
): Promise<readonly EntryOutcome[]> => {
  const outcomes: EntryOutcome[] = [];
  const waiting = entries.entries();
  const worker = async (): Promise<void> => {
    for (const [index, raw] of waiting) {
      const work = async (): Promise<EntryOutcome> => {
        // What the token alone tells comes before anything of the entry is looked at.
        if (!isReadOnly(raw)) requireOwn(principal);
        const entry = readEntry(raw, index, searchContext(dependencies), numbers);
        refuseIssues(issues.filter(({ expression }) => expression?.startsWith(`Bundle.entry[${index}]`)));
        if (entry.kind === 'read') return readThrough(dependencies, principal, entry, requestId);
        requireScope(principal, entry.resourceType, scopeOf(entry));
        return answerTo(dependencies, await carryOut(dependencies, entry, numbers), preferred);
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
  entry: WriteEntry,
  numbers: NumberSpelling,
): Promise<EntryWrite> => {
  if (entry.kind === 'delete') {
    const version = await deleteTarget(dependencies, targetOf(entry), entry);
    return version === undefined ? { kind: 'nothing-to-delete' } : { kind: 'deleted', version, issues: [] };
  }
  if (entry.kind === 'patch') {
    const { version, issues } = await patchRecord(dependencies, { ...entry, target: targetOf(entry) });
    return { kind: 'updated', version, issues };
  }
  const incoming = { resource: entry.resource, numbers };
  const path = placeOf(entry);
  if (entry.kind === 'create') {
    const { resourceType, condition } = entry;
    return create(dependencies, { resourceType, condition, incoming, path });
  }
  const { resourceType, target } = entry;
  return target.kind === 'id'
    ? update(dependencies, { ...entry, id: target.id, resourceType, incoming, path })
    : updateWhere(dependencies, { ...entry, condition: target.condition, incoming, path });
};

const targetOf = ({ resourceType, target }: Exclude<WriteEntry, { kind: 'create' }>): Target =>
  target.kind === 'id' ? { kind: 'id', key: { resourceType, id: target.id } } : target;

/** A GET goes the query service's own way, decision and audit included. */
const readThrough = async (
  dependencies: IngestDependencies,
  principal: Principal,
  { method, url }: ReadEntry,
  requestId: string,
): Promise<EntryOutcome> => {
  const { status, body, etag, lastModified } = await dependencies.readEntry(principal, url, requestId);
  return {
    status: String(status),
    ...(etag === undefined ? {} : { etag }),
    ...(lastModified === undefined ? {} : { lastModified }),
    ...(method === 'HEAD' ? {} : { resource: body }),
  };
};

/**
 * A GET of a transaction. The writes are durable by now: a read that fails says so in its own place, for a failure of the whole would
 * tell the client that nothing was stored.
 */
export const readAfter = (
  dependencies: IngestDependencies,
  principal: Principal,
  entry: ReadEntry,
  requestId: string,
): Promise<EntryOutcome> => attempt(() => readThrough(dependencies, principal, entry, requestId));
