import type { RecordKey, UnitView } from '@chartseal/ports';
import { matchCondition } from '../condition.ts';
import { refusal } from '../intake.ts';
import type { CreateEntry, DeleteEntry, UpdateEntry } from './entry.ts';

export type WriteEntry = CreateEntry | UpdateEntry | DeleteEntry;

export const keyOf = (entry: UpdateEntry | DeleteEntry): RecordKey => ({
  resourceType: entry.resourceType,
  id: entry.id,
});

/** Which record each entry is of, as a plan found it: another run may find another. */
export type Identities = {
  readonly byIndex: ReadonlyMap<number, RecordKey & { readonly matched: boolean }>;
  readonly byFullUrl: ReadonlyMap<string, RecordKey>;
};

export const identify = async (
  view: UnitView,
  entries: readonly WriteEntry[],
  newIds: ReadonlyMap<number, string>,
): Promise<Identities> => {
  const byIndex = new Map<number, RecordKey & { matched: boolean }>();
  const byFullUrl = new Map<string, RecordKey>();
  const byCondition = new Map<string, RecordKey>();
  const deleted = deletedKeys(entries);
  for (const entry of entries) {
    const key =
      entry.kind === 'create'
        ? await identifyCreate(view, entry, { newIds, byCondition, deleted })
        : { ...keyOf(entry), matched: false };
    byIndex.set(entry.index, key);
    if (entry.fullUrl !== undefined) byFullUrl.set(entry.fullUrl, key);
  }
  return { byIndex, byFullUrl };
};

type Naming = {
  readonly newIds: ReadonlyMap<number, string>;
  readonly byCondition: Map<string, RecordKey>;
  readonly deleted: readonly RecordKey[];
};

/** R4 http.html#trules: deletions come first, so what this very transaction deletes is not there to be found. */
export const deletedKeys = (entries: readonly WriteEntry[]): readonly RecordKey[] =>
  entries.flatMap((entry) => (entry.kind === 'delete' ? [keyOf(entry)] : []));

const identifyCreate = async (
  view: UnitView,
  { index, resourceType, condition }: CreateEntry,
  { newIds, byCondition, deleted }: Naming,
): Promise<RecordKey & { matched: boolean }> => {
  const fresh = { resourceType, id: newIds.get(index) ?? '' };
  if (condition === undefined) return { ...fresh, matched: false };
  const earlier = byCondition.get(condition.name);
  if (earlier !== undefined) return { ...earlier, matched: true };
  const matched = await matchCondition((query, limit) => view.match(query, limit), condition, deleted);
  if (matched.kind === 'many') {
    const expression = `Bundle.entry[${index}].request.ifNoneExist`;
    throw refusal('precondition-failed', {
      code: 'multiple-matches',
      expression,
      diagnostics: 'several records match',
    });
  }
  const key = matched.kind === 'one' ? { resourceType, id: matched.id, matched: true } : { ...fresh, matched: false };
  byCondition.set(condition.name, key);
  return key;
};
