import { normaliseReferences, type NumberSpelling, type SearchContext } from '@chartseal/fhir';
import type { Draft, RecordKey, StoredVersion, UnitView } from '@chartseal/ports';
import { requireScope, type Principal } from '@chartseal/server';
import { searchContext, type IngestDependencies } from '../dependencies.ts';
import { contentDraft, deletionDraft } from '../draft.ts';
import { refusal, requireValid } from '../intake.ts';
import { checkPreconditions, refuseAuditEntries } from '../preconditions.ts';
import { inProcessingOrder, placeOf, scopeOf, type BundleEntry } from './entry.ts';
import { deletedKeys, identify, keyOf, type Identities, type WriteEntry } from './identities.ts';
import { findReferenceSites, resolveSearches, type ReferenceSites } from './references.ts';
import { isSigned, signedNames } from './signed.ts';
import { existed, nothingToDelete, written, type EntryOutcome } from './response.ts';

/** What the plan makes of an entry: a version to write, or what there is already. */
type Step =
  | {
      readonly kind: 'write';
      readonly entry: WriteEntry;
      readonly draft: Draft;
      readonly fresh: 'created' | 'updated' | 'deleted';
    }
  | { readonly kind: 'existed'; readonly entry: WriteEntry; readonly key: RecordKey }
  | { readonly kind: 'nothing-to-delete'; readonly entry: WriteEntry };

/**
 * R4 http.html#transaction: all entries or none, in one database transaction. References between entries and conditional ones
 * are resolved inside it.
 * @throws ChartsealError naming the entry that cannot be carried out; nothing is stored then
 */
export const transaction = async (
  dependencies: IngestDependencies,
  writes: readonly WriteEntry[],
  numbers: NumberSpelling,
): Promise<ReadonlyMap<number, EntryOutcome>> => {
  const sites = admitEntries(writes, searchContext(dependencies));
  const newIds = new Map(writes.map((entry) => [entry.index, dependencies.randomUuid()]));
  let steps: readonly Step[] = [];
  const versions = await dependencies.records.commit({
    touches: writes.flatMap((entry) => (entry.kind === 'create' ? [] : [keyOf(entry)])),
    exclusive: writes.flatMap((entry) =>
      entry.kind === 'create' && entry.condition !== undefined ? entry.condition.locks : [],
    ),
    plan: async (view) => {
      const keys = await identify(view, writes, newIds);
      for (const site of sites.entries) site.write(referenceTo(keys.byFullUrl, site.fullUrl));
      await resolveSearches(view, sites.searches, deletedKeys(writes));
      steps = writes.map((entry) => stepFor(dependencies, view, entry, keys, numbers));
      return steps.flatMap((step) => (step.kind === 'write' ? [step.draft] : []));
    },
  });
  return outcomes(dependencies, steps, versions);
};

/**
 * The entries that write, in R4's order. Reads are the query service's to allow, each by its own scope.
 * @throws ChartsealError `forbidden` for what the token does not permit; `malformed` where two entries are the same
 */
export const writesOf = (principal: Principal, entries: readonly BundleEntry[]): readonly WriteEntry[] => {
  const writes = inProcessingOrder(entries.filter((entry): entry is WriteEntry => entry.kind !== 'read'));
  for (const entry of writes) requireScope(principal, entry.resourceType, scopeOf(entry));
  refuseOverlap(writes);
  return writes;
};

/** R4: "the resources in a transaction SHALL NOT overlap" (http.html#trules). */
const refuseOverlap = (entries: readonly WriteEntry[]): void => {
  const seen = new Set<string>();
  for (const entry of entries) {
    const names = entry.kind === 'create' ? [entry.fullUrl] : [entry.fullUrl, `${entry.resourceType}/${entry.id}`];
    for (const name of new Set(names.filter((each) => each !== undefined))) {
      if (seen.has(name)) {
        const expression = `Bundle.entry[${entry.index}]`;
        throw refusal('malformed', {
          code: 'duplicate',
          expression,
          diagnostics: 'another entry has the same identity',
        });
      }
      seen.add(name);
    }
  }
};

const admitEntries = (entries: readonly WriteEntry[], context: SearchContext): ReferenceSites => {
  const contents = entries.filter((entry) => entry.kind !== 'delete');
  const fullUrls = new Set(contents.flatMap((entry) => entry.fullUrl ?? []));
  for (const entry of contents) requireValid(entry.resource, placeOf(entry));
  const signed = signedNames(contents, fullUrls, context.baseUrl);
  const found = contents.flatMap((entry) => {
    if (isSigned(entry, signed)) return [];
    // Found before references are made relative: afterwards nobody knows whose base they were relative to.
    const sites = findReferenceSites(entry.resource, placeOf(entry), entry.fullUrl, { fullUrls, ...context });
    normaliseReferences(entry.resource, context.baseUrl);
    return [sites];
  });
  return { entries: found.flatMap((each) => each.entries), searches: found.flatMap((each) => each.searches) };
};

const referenceTo = (keys: ReadonlyMap<string, RecordKey>, fullUrl: string): string => {
  const key = keys.get(fullUrl);
  if (key === undefined) throw refusal('internal', { code: 'exception', diagnostics: 'an entry has no identity' });
  return `${key.resourceType}/${key.id}`;
};

const stepFor = (
  dependencies: IngestDependencies,
  view: UnitView,
  entry: WriteEntry,
  identities: Identities,
  numbers: NumberSpelling,
): Step => {
  if (entry.kind === 'create') {
    const { matched, ...key } = identities.byIndex.get(entry.index) ?? {
      matched: false,
      resourceType: entry.resourceType,
      id: '',
    };
    if (matched) return { kind: 'existed', entry, key };
    return {
      kind: 'write',
      entry,
      fresh: 'created',
      draft: contentDraft(dependencies, key, { resource: entry.resource, numbers }),
    };
  }
  const key = keyOf(entry);
  const current = view.current(key);
  const expression = `Bundle.entry[${entry.index}].request`;
  refuseAuditEntries(current, { expression });
  checkPreconditions(entry, current, (name) => ({ expression: `${expression}.${name}` }));
  if (entry.kind === 'delete') {
    if (current?.state !== 'content') return { kind: 'nothing-to-delete', entry };
    return { kind: 'write', entry, fresh: 'deleted', draft: deletionDraft(dependencies, key) };
  }
  const fresh = current?.state === 'content' ? 'updated' : 'created';
  return { kind: 'write', entry, fresh, draft: contentDraft(dependencies, key, { resource: entry.resource, numbers }) };
};

const outcomes = async (
  { records, fhirBaseUrl }: IngestDependencies,
  steps: readonly Step[],
  versions: readonly StoredVersion[],
): Promise<ReadonlyMap<number, EntryOutcome>> => {
  const matchedKeys = steps.flatMap((step) => (step.kind === 'existed' ? [step.key] : []));
  const inBundle = new Map(versions.map((version) => [nameOf(version), version]));
  const stored = new Map((await records.readMany(matchedKeys)).map((version) => [nameOf(version), version]));
  const rest = versions.values();
  return new Map(
    steps.map((step): [number, EntryOutcome] => {
      if (step.kind === 'nothing-to-delete') return [step.entry.index, nothingToDelete];
      const version =
        step.kind === 'write' ? rest.next().value : (inBundle.get(nameOf(step.key)) ?? stored.get(nameOf(step.key)));
      if (version === undefined)
        throw refusal('internal', { code: 'exception', diagnostics: 'an entry left no version' });
      return [
        step.entry.index,
        step.kind === 'write' ? written(step.fresh, version, fhirBaseUrl) : existed(version, fhirBaseUrl),
      ];
    }),
  );
};

const nameOf = ({ resourceType, id }: RecordKey): string => `${resourceType}/${id}`;
