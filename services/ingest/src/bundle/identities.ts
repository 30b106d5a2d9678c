import type { RecordKey } from '@chartseal/ports';
import { matchCondition, oneOrNone, type Find } from '../condition.ts';
import { refusal } from '../intake.ts';
import type { CreateEntry, DeleteEntry, PatchEntry, UpdateEntry, WriteEntry } from './entry.ts';

/**
 * The record that an entry is of. `named`: by its id, which may be nobody's yet; `found`: by a condition; `new`: under an id of ours;
 * `none`: its condition finds nothing to patch or to delete.
 */
export type Identity =
  | { readonly how: 'named' | 'found' | 'new'; readonly key: RecordKey }
  | { readonly how: 'none'; readonly key?: undefined };

/** Which record each entry is of, as one look found it: the next may find another. */
export type Identities = {
  readonly byIndex: ReadonlyMap<number, Identity>;
  readonly byFullUrl: ReadonlyMap<string, RecordKey>;
  /** R4 http.html#trules: deletions come first, so what this very transaction deletes is not there to be found. */
  readonly deleted: readonly RecordKey[];
};

/** @param entries in processing order */
export const identify = async (
  find: Find,
  entries: readonly WriteEntry[],
  newIds: ReadonlyMap<number, string>,
): Promise<Identities> => {
  const byIndex = new Map<number, Identity>();
  const byFullUrl = new Map<string, RecordKey>();
  const created = new Map<string, RecordKey>();
  const deleted: RecordKey[] = [];
  for (const entry of entries) {
    const fresh = { resourceType: entry.resourceType, id: newIds.get(entry.index) ?? '' };
    const identity =
      entry.kind === 'create'
        ? await identifyCreate(find, entry, { fresh, created, deleted })
        : await identifyTarget(find, entry, { fresh, deleted });
    byIndex.set(entry.index, identity);
    if (identity.how === 'none') continue;
    if (entry.kind === 'delete') deleted.push(identity.key);
    else if (entry.fullUrl !== undefined) byFullUrl.set(entry.fullUrl, identity.key);
  }
  refuseOverlap(entries, byIndex);
  return { byIndex, byFullUrl, deleted };
};

/** Those of its records that a unit must hold: all but the new ones, and what creates find. */
export const heldKeys = (entries: readonly WriteEntry[], { byIndex }: Identities): readonly RecordKey[] =>
  entries.flatMap((entry) => {
    const identity = byIndex.get(entry.index);
    return entry.kind === 'create' || identity?.key === undefined || identity.how === 'new' ? [] : [identity.key];
  });

/** Of an entry that is updated under a condition: the id that it would have if none is found. */
export const givenKeys = (entries: readonly WriteEntry[]): readonly RecordKey[] =>
  entries.flatMap((entry) =>
    entry.kind === 'update' && entry.given !== undefined ? [{ resourceType: entry.resourceType, id: entry.given }] : [],
  );

type Naming = { readonly fresh: RecordKey; readonly deleted: readonly RecordKey[] };

/** Of several entries with one condition, the first creates what the others find. */
const identifyCreate = async (
  find: Find,
  { index, condition, resourceType }: CreateEntry,
  { fresh, created, deleted }: Naming & { readonly created: Map<string, RecordKey> },
): Promise<Identity> => {
  if (condition === undefined) return { how: 'new', key: fresh };
  const earlier = created.get(condition.name);
  if (earlier !== undefined) return { how: 'found', key: earlier };
  const expression = `Bundle.entry[${index}].request.ifNoneExist`;
  const id = oneOrNone(await matchCondition(find, condition, deleted), expression);
  const key = id === undefined ? fresh : { resourceType, id };
  created.set(condition.name, key);
  return { how: id === undefined ? 'new' : 'found', key };
};

const identifyTarget = async (
  find: Find,
  entry: UpdateEntry | PatchEntry | DeleteEntry,
  { fresh, deleted }: Naming,
): Promise<Identity> => {
  const { index, target, resourceType } = entry;
  if (target.kind === 'id') return { how: 'named', key: { resourceType, id: target.id } };
  const expression = `Bundle.entry[${index}].request.url`;
  const id = oneOrNone(await matchCondition(find, target.condition, deleted), expression);
  const given = entry.kind === 'update' ? entry.given : undefined;
  if (id !== undefined && given !== undefined && given !== id)
    throw refusal('malformed', {
      code: 'invalid',
      expression: `Bundle.entry[${index}].resource.id`,
      diagnostics: 'must be the id of the record that matches',
    });
  if (id !== undefined) return { how: 'found', key: { resourceType, id } };
  if (entry.kind !== 'update') return { how: 'none' };
  return given === undefined ? { how: 'new', key: fresh } : { how: 'named', key: { resourceType, id: given } };
};

/** R4 http.html#trules: identities, those that conditions find included, SHALL NOT overlap. Creates that find a record write none. */
const refuseOverlap = (entries: readonly WriteEntry[], byIndex: ReadonlyMap<number, Identity>): void => {
  const written = new Set<string>();
  const created = new Set<string>();
  const existing = new Map<string, number>();
  const refuse = (index: number): never => {
    const diagnostics = 'another entry is of the same record';
    throw refusal('malformed', { code: 'duplicate', expression: `Bundle.entry[${index}]`, diagnostics });
  };
  for (const entry of entries) {
    const { how, key } = byIndex.get(entry.index) ?? { how: 'none' };
    if (key === undefined) continue;
    const name = `${key.resourceType}/${key.id}`;
    if (entry.kind === 'create' && how === 'found') existing.set(name, entry.index);
    else if (written.has(name)) refuse(entry.index);
    else written.add(name);
    if (entry.kind === 'create' && how === 'new') created.add(name);
  }
  for (const [name, index] of existing) if (written.has(name) && !created.has(name)) refuse(index);
};
