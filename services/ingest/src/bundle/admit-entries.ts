import type { Issue, NumberSpelling } from '@chartseal/fhir';
import { searchContext, type IngestDependencies } from '../dependencies.ts';
import { normalise, requireValid, separateBinary, type Admitted } from '../intake.ts';
import { placeOf, type WriteEntry } from './entry.ts';
import { findReferenceSites, type ReferenceSites } from './references.ts';
import { isSigned, signedNames, type ContentEntry } from './signed.ts';

export type AdmittedEntries = {
  readonly byIndex: ReadonlyMap<number, Admitted>;
  readonly sites: ReferenceSites;
  /** Of the entries that other entries may refer to. */
  readonly fullUrls: ReadonlySet<string>;
};

/** Validates what is created and updated, all of it before anything is changed in it; then normalises it. */
export const admitEntries = (
  dependencies: IngestDependencies,
  entries: readonly WriteEntry[],
  numbers: NumberSpelling,
): AdmittedEntries => {
  const context = searchContext(dependencies);
  const fullUrls = new Set(entries.flatMap((entry) => (entry.kind === 'delete' ? [] : (entry.fullUrl ?? []))));
  const contents = entries.filter((entry): entry is ContentEntry => entry.kind === 'create' || entry.kind === 'update');
  const warnings = new Map<number, readonly Issue[]>(
    contents.map((entry) => [entry.index, requireValid(dependencies, entry.resource, placeOf(entry))]),
  );
  const signed = signedNames(contents, fullUrls, context.baseUrl);
  const byIndex = new Map<number, Admitted>();
  const found: ReferenceSites[] = [];
  for (const entry of contents) {
    const valid: Admitted = { resource: entry.resource, numbers, issues: warnings.get(entry.index) ?? [] };
    if (isSigned(entry, signed)) {
      byIndex.set(entry.index, separateBinary(valid, placeOf(entry)));
      continue;
    }
    // Found before references are made relative: afterwards nobody knows whose base they were relative to.
    found.push(findReferenceSites(entry.resource, placeOf(entry), entry.fullUrl, { fullUrls, ...context }));
    byIndex.set(entry.index, normalise(dependencies, valid, placeOf(entry)));
  }
  return { byIndex, fullUrls, sites: allSites(found) };
};

export const allSites = (found: readonly ReferenceSites[]): ReferenceSites => ({
  entries: found.flatMap((each) => each.entries),
  searches: found.flatMap((each) => each.searches),
});
