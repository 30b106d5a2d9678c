import type { Issue } from '@chartseal/fhir';
import type { Draft, RecordKey, UnitView } from '@chartseal/ports';
import { currentContent, requireIdentity } from '../change.ts';
import type { Find } from '../condition.ts';
import { searchContext, type IngestDependencies } from '../dependencies.ts';
import { deletionDraft, laterDraft } from '../draft.ts';
import { normalise, refusal, requireValid, type Admitted, type IncomingResource } from '../intake.ts';
import { patching } from '../patch.ts';
import {
  checkPreconditions,
  refuseAuditEntries,
  refuseMadeProvenance,
  type Place,
  type Preconditions,
} from '../preconditions.ts';
import { admittedEntry, searchesOf, type AdmittedEntries, type AdmittedEntry, type Prepared } from './admit-entries.ts';
import { conditionOf, placeOf, type WriteEntry } from './entry.ts';
import { heldKeys, identify, type Identities, type Identity } from './identities.ts';
import { InBundle, type BundleRecord } from './in-bundle.ts';
import { findReferenceSites, resolveSearches, type Search } from './references.ts';

/** What the plan makes of an entry: a version to write, or what there is already. */
export type Step =
  | {
      readonly kind: 'write';
      readonly entry: WriteEntry;
      readonly draft: Draft;
      readonly fresh: 'created' | 'updated' | 'deleted';
      readonly issues: readonly Issue[];
    }
  | { readonly kind: 'existed'; readonly entry: WriteEntry; readonly key: RecordKey }
  | { readonly kind: 'nothing-to-delete'; readonly entry: WriteEntry };

export type TransactionPlan = {
  /** In processing order. */
  readonly writes: readonly WriteEntry[];
  readonly admitted: AdmittedEntries;
  readonly newIds: ReadonlyMap<number, string>;
  readonly touches: readonly RecordKey[];
  /** Of the Binaries that are patched, by the entries' indexes. */
  readonly contents: ReadonlyMap<number, Uint8Array>;
};

/**
 * One run of the plan, inside the unit. `moved`: a condition finds a record that is not held.
 * @throws ChartsealError naming the entry that cannot be carried out
 */
export const planTransaction = async (
  dependencies: IngestDependencies,
  view: UnitView,
  plan: TransactionPlan,
): Promise<readonly Step[] | 'moved'> => {
  const { writes, admitted, newIds } = plan;
  const find: Find = (query, limit) => view.match(query, limit);
  const identities = await identify(find, writes, newIds);
  const held = new Set(plan.touches.map(nameOf));
  if (!heldKeys(writes, identities).every((key) => held.has(nameOf(key)))) return 'moved';
  const patched = await patchEntries(dependencies, view, plan, identities);
  if (patched === 'moved') return 'moved';
  const byIndex = new Map([...admitted.byIndex, ...patched.byIndex]);
  const inBundle = new InBundle(recordsOf(writes, identities, byIndex), searchContext(dependencies));
  refuseAlike(writes, identities, inBundle);
  const searches = [...admitted.searches, ...patched.searches];
  const found = await resolveSearches(find, searches, heldKeys(writes, identities), inBundle);
  const written = (content: AdmittedEntry): WrittenContent => ({
    ...content,
    read: () => {
      const prepared = content.prepare();
      writeEntryReferences(prepared, identities);
      for (const { condition, write } of prepared.sites.searches) write(found.get(condition.name) ?? missing());
      return prepared.admitted;
    },
  });
  return writes.map((entry) => {
    const content = byIndex.get(entry.index);
    return stepFor(dependencies, view, entry, identities, content && written(content));
  });
};

/** `read`: as it is stored, references resolved. */
type WrittenContent = AdmittedEntry & { readonly read: () => Admitted };

const writeEntryReferences = ({ sites }: Prepared, { byFullUrl }: Identities): void => {
  for (const { fullUrl, write } of sites.entries) write(nameOf(byFullUrl.get(fullUrl) ?? missing()));
};

const missing = (): never => {
  throw refusal('internal', { code: 'exception', diagnostics: 'an entry has no identity' });
};

/** What this run will write. */
const recordsOf = (
  writes: readonly WriteEntry[],
  identities: Identities,
  byIndex: ReadonlyMap<number, AdmittedEntry>,
): readonly BundleRecord[] =>
  writes.flatMap(({ kind, index }, order) => {
    const { how, key } = identities.byIndex.get(index) ?? nothing;
    const content = byIndex.get(index);
    if (key === undefined || content === undefined || (kind === 'create' && how === 'found')) return [];
    const read = (): IncomingResource => {
      const prepared = content.prepare();
      writeEntryReferences(prepared, identities);
      return prepared.admitted.resource;
    };
    return [{ key, read, order }];
  });

const nothing: Identity = { how: 'none' };

/**
 * A condition that finds nothing in the store may find what an entry before it makes: then the two are one record, and overlap.
 * Creates with equal conditions are no such case, `identify` has made one of them.
 */
const refuseAlike = (writes: readonly WriteEntry[], { byIndex }: Identities, inBundle: InBundle): void => {
  for (const [order, entry] of writes.entries()) {
    const condition = conditionOf(entry);
    const { how, key } = byIndex.get(entry.index) ?? nothing;
    if (condition === undefined || how === 'found') continue;
    if (inBundle.matching(condition.query, order).every((id) => id === key?.id)) continue;
    throw refusal('malformed', {
      code: 'duplicate',
      expression: `Bundle.entry[${entry.index}]`,
      diagnostics: 'its condition finds what another entry makes',
    });
  }
};

type PatchedEntries = Pick<AdmittedEntries, 'byIndex' | 'searches'>;

const patchEntries = async (
  dependencies: IngestDependencies,
  view: UnitView,
  { writes, admitted, contents }: TransactionPlan,
  identities: Identities,
): Promise<PatchedEntries | 'moved'> => {
  const byIndex = new Map<number, AdmittedEntry>();
  const searches: Search[] = [];
  for (const entry of writes) {
    if (entry.kind !== 'patch') continue;
    const { key } = identities.byIndex.get(entry.index) ?? nothing;
    const at = { expression: `Bundle.entry[${entry.index}].request` };
    const incoming = await currentContent(view, key, { preconditions: entry, bytes: contents.get(entry.index), at });
    if (key === undefined || incoming === 'moved') return 'moved';
    const place = placeOf(entry);
    const result = patching(entry.patch, place)(incoming);
    if (result === 'unchanged') continue;
    const resource = requireIdentity(result, key, place);
    const valid = { ...incoming, resource, issues: requireValid(dependencies, resource, place) };
    const context = { fullUrls: admitted.fullUrls, ...searchContext(dependencies) };
    const sites = findReferenceSites(resource, place, entry.fullUrl, context);
    const prepared = { admitted: normalise(dependencies, valid, place), sites };
    searches.push(...searchesOf(prepared));
    byIndex.set(entry.index, admittedEntry(prepared));
  }
  return { byIndex, searches };
};

const stepFor = (
  dependencies: IngestDependencies,
  view: UnitView,
  entry: WriteEntry,
  { byIndex }: Identities,
  content: WrittenContent | undefined,
): Step => {
  const { how, key } = byIndex.get(entry.index) ?? nothing;
  if (key === undefined) {
    checkPreconditions(preconditionsOf(entry), undefined, placesOf(entry));
    return { kind: 'nothing-to-delete', entry };
  }
  if (entry.kind === 'create' && how === 'found') return { kind: 'existed', entry, key };
  const current = how === 'new' ? undefined : view.current(key);
  refuseMadeProvenance(key, placeOfRequest(entry));
  refuseAuditEntries(current, placeOfRequest(entry));
  checkPreconditions(preconditionsOf(entry), current, placesOf(entry));
  if (entry.kind === 'delete') {
    if (current?.state !== 'content') return { kind: 'nothing-to-delete', entry };
    return { kind: 'write', entry, fresh: 'deleted', draft: deletionDraft(dependencies, key), issues: [] };
  }
  if (content === undefined)
    throw refusal('internal', { code: 'exception', diagnostics: 'an entry has no content to write' });
  if (how === 'named' && entry.kind === 'update' && entry.target.kind === 'condition' && current?.state === 'content')
    throw refusal('conflict', {
      code: 'duplicate',
      expression: `${placeOf(entry)}.id`,
      diagnostics: 'no record matches, and another has this id',
    });
  const fresh = current?.state === 'content' ? 'updated' : 'created';
  return {
    kind: 'write',
    entry,
    fresh,
    draft: laterDraft(dependencies, key, content),
    issues: content.issues,
  };
};

const preconditionsOf = (entry: WriteEntry): Preconditions => (entry.kind === 'create' ? {} : entry);

const placeOfRequest = ({ index }: WriteEntry): Place => ({ expression: `Bundle.entry[${index}].request` });

const placesOf =
  ({ index }: WriteEntry) =>
  (name: string): Place => ({ expression: `Bundle.entry[${index}].request.${name}` });

export const nameOf = ({ resourceType, id }: RecordKey): string => `${resourceType}/${id}`;
