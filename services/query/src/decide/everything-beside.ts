import type { StoredVersion } from '@chartseal/ports';
import type { QueryDependencies } from '../dependencies.ts';
import type { Released } from '../release/released.ts';
import type { Examined } from './decisions.ts';
import { referencedBeside } from './referenced-beside.ts';

/** Follows references from what is released to what is shown only beside it, and from there on, until nothing new comes. */
export const everythingBeside = async (
  { records, fhirBaseUrl }: QueryDependencies,
  by: readonly Released[],
  examine: (version: StoredVersion) => Promise<Examined>,
): Promise<readonly Examined[]> => {
  const found: Examined[] = [];
  const seen = new Set(by.map(({ version }) => `${version.resourceType}/${version.id}`));
  for (let frontier = by; frontier.length > 0;) {
    const keys = referencedBeside(frontier, fhirBaseUrl).filter((key) => !seen.has(`${key.resourceType}/${key.id}`));
    for (const key of keys) seen.add(`${key.resourceType}/${key.id}`);
    const versions = keys.length === 0 ? [] : await records.readMany(keys);
    const examined = await Promise.all(versions.filter(({ state }) => state === 'content').map(examine));
    found.push(...examined);
    frontier = examined.flatMap((one) => (one.effect === 'permit' ? [one.released] : []));
  }
  return found;
};
