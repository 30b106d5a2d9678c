import type { StoredVersion } from '@chartseal/ports';
import type { Candidates } from './permitted-page.ts';
import type { Cursor } from './page-token.ts';

/** Filters after the store has paged, so a page may be short: then the next candidates are taken with it. */
export const filteredCandidates =
  <Place extends Cursor>(from: Candidates<Place>, keep: (version: StoredVersion) => boolean): Candidates<Place> =>
  async (after, limit) => {
    const kept: (StoredVersion & { readonly cursor: Place })[] = [];
    let at = after;
    for (;;) {
      const { versions } = await from(at, limit);
      kept.push(...versions.filter(keep));
      at = versions.at(-1)?.cursor;
      if (versions.length < limit || kept.length >= limit) return { versions: kept };
    }
  };
