import type { Issue, NumberSpelling } from '@chartseal/fhir';
import { searchContext, type IngestDependencies } from '../dependencies.ts';
import { normalise, requireValid, separateBinary, type Admitted } from '../intake.ts';
import { breathing } from './breath.ts';
import { placeOf, type WriteEntry } from './entry.ts';
import { findReferenceSites, type ReferenceSites, type Search } from './references.ts';
import { isSigned, signedNames, type ContentEntry } from './signed.ts';

/** A resource as it will be written, but for the references that the transaction resolves. */
export type Prepared = { readonly admitted: Admitted; readonly sites: ReferenceSites };

export type AdmittedEntry = {
  readonly issues: readonly Issue[];
  readonly content: 'at-hand' | 'read-anew';
  /** Of content that is at hand always the same, else read and prepared anew. */
  readonly prepare: () => Prepared;
};

export type AdmittedEntries = {
  readonly byIndex: ReadonlyMap<number, AdmittedEntry>;
  readonly searches: readonly Search[];
  /** Of the entries that other entries may refer to. */
  readonly fullUrls: ReadonlySet<string>;
};

/** Validates what is created and updated, all of it before anything is changed in it; then normalises it. */
export const admitEntries = async (
  dependencies: IngestDependencies,
  entries: readonly WriteEntry[],
  numbers: NumberSpelling,
): Promise<AdmittedEntries> => {
  const breath = breathing();
  const context = searchContext(dependencies);
  const fullUrls = new Set(entries.flatMap((entry) => (entry.kind === 'delete' ? [] : (entry.fullUrl ?? []))));
  const contents = entries.filter((entry): entry is ContentEntry => entry.kind === 'create' || entry.kind === 'update');
  const warnings = new Map<number, readonly Issue[]>();
  const signed = new Set<string>();
  for (const entry of contents) {
    await breath();
    const { resource } = entry;
    warnings.set(entry.index, requireValid(dependencies, resource, placeOf(entry)));
    for (const name of signedNames(resource, entry.fullUrl, fullUrls, context.baseUrl)) signed.add(name);
  }
  const prepare = (entry: ContentEntry): Prepared => {
    const { resource } = entry;
    const place = placeOf(entry);
    const valid: Admitted = { resource, numbers, issues: warnings.get(entry.index) ?? [] };
    if (isSigned(entry, signed)) return { admitted: separateBinary(valid, place), sites: noSites };
    // Found before references are made relative: afterwards nobody knows whose base they were relative to.
    const sites = findReferenceSites(resource, place, entry.fullUrl, { fullUrls, ...context });
    return { admitted: normalise(dependencies, valid, place), sites };
  };
  const byIndex = new Map<number, AdmittedEntry>();
  // Thousands of entries ask for the same few practitioners.
  const searches = new Map<string, Search>();
  for (const entry of contents) {
    await breath();
    const prepared = prepare(entry);
    for (const search of searchesOf(prepared))
      if (!searches.has(search.condition.name)) searches.set(search.condition.name, search);
    byIndex.set(entry.index, admittedEntry(prepared, entry.content === 'read-anew' ? () => prepare(entry) : undefined));
  }
  return { byIndex, fullUrls, searches: [...searches.values()] };
};

/** `anew`: how to prepare it again, where it is not to be held. */
export const admittedEntry = (prepared: Prepared, anew?: () => Prepared): AdmittedEntry => ({
  issues: prepared.admitted.issues,
  content: anew === undefined ? 'at-hand' : 'read-anew',
  prepare: anew ?? (() => prepared),
});

/** Without the place that each stands in, which would hold the resource. */
export const searchesOf = ({ sites }: Prepared): readonly Search[] =>
  sites.searches.map(({ condition, expression }) => ({ condition, expression }));

const noSites: ReferenceSites = { entries: [], searches: [] };
