import type { Issue } from '@chartseal/fhir';
import type { Draft, RecordKey, UnitView } from '@chartseal/ports';
import { currentContent, requireIdentity } from '../change.ts';
import type { Find } from '../condition.ts';
import { searchContext, type IngestDependencies } from '../dependencies.ts';
import { contentDraft, deletionDraft } from '../draft.ts';
import { normalise, refusal, requireValid, type Admitted } from '../intake.ts';
import { patching } from '../patch.ts';
import { checkPreconditions, refuseAuditEntries, type Place, type Preconditions } from '../preconditions.ts';
import { allSites, type AdmittedEntries } from './admit-entries.ts';
import { conditionOf, placeOf, type WriteEntry } from './entry.ts';
import { heldKeys, identify, type Identities, type Identity } from './identities.ts';
import { InBundle, type BundleRecord } from './in-bundle.ts';
import { findReferenceSites, resolveSearches, type ReferenceSites } from './references.ts';

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
  for (const { sites } of [admitted, patched])
    for (const site of sites.entries) site.write(referenceTo(identities.byFullUrl, site.fullUrl));
  const searches = [...admitted.sites.searches, ...patched.sites.searches];
  if (searches.length > 0) await resolveSearches(find, searches, heldKeys(writes, identities), inBundle);
  return writes.map((entry) => stepFor(dependencies, view, entry, identities, byIndex.get(entry.index)));
};

/** What this run will write. */
const recordsOf = (
  writes: readonly WriteEntry[],
  identities: Identities,
  byIndex: ReadonlyMap<number, Admitted>,
): readonly BundleRecord[] =>
  writes.flatMap(({ kind, index }, order) => {
    const { how, key } = identities.byIndex.get(index) ?? nothing;
    const resource = byIndex.get(index)?.resource;
    const isWritten = key !== undefined && resource !== undefined && !(kind === 'create' && how === 'found');
    return isWritten ? [{ key, resource, order }] : [];
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

type PatchedEntries = { readonly byIndex: ReadonlyMap<number, Admitted>; readonly sites: ReferenceSites };

const patchEntries = async (
  dependencies: IngestDependencies,
  view: UnitView,
  { writes, admitted, contents }: TransactionPlan,
  identities: Identities,
): Promise<PatchedEntries | 'moved'> => {
  const byIndex = new Map<number, Admitted>();
  const found: ReferenceSites[] = [];
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
    found.push(findReferenceSites(resource, place, entry.fullUrl, context));
    byIndex.set(entry.index, normalise(dependencies, valid, place));
  }
  return { byIndex, sites: allSites(found) };
};

const referenceTo = (keys: ReadonlyMap<string, RecordKey>, fullUrl: string): string => {
  const key = keys.get(fullUrl);
  if (key === undefined) throw refusal('internal', { code: 'exception', diagnostics: 'an entry has no identity' });
  return nameOf(key);
};

const stepFor = (
  dependencies: IngestDependencies,
  view: UnitView,
  entry: WriteEntry,
  { byIndex }: Identities,
  content: Admitted | undefined,
): Step => {
  const { how, key } = byIndex.get(entry.index) ?? nothing;
  if (key === undefined) {
    checkPreconditions(preconditionsOf(entry), undefined, placesOf(entry));
    return { kind: 'nothing-to-delete', entry };
  }
  if (entry.kind === 'create' && how === 'found') return { kind: 'existed', entry, key };
  const current = how === 'new' ? undefined : view.current(key);
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
    draft: contentDraft(dependencies, key, content),
    issues: content.issues,
  };
};

const preconditionsOf = (entry: WriteEntry): Preconditions => (entry.kind === 'create' ? {} : entry);

const placeOfRequest = ({ index }: WriteEntry): Place => ({ expression: `Bundle.entry[${index}].request` });

const placesOf =
  ({ index }: WriteEntry) =>
  (name: string): Place => ({ expression: `Bundle.entry[${index}].request.${name}` });

export const nameOf = ({ resourceType, id }: RecordKey): string => `${resourceType}/${id}`;
