import type { HistoryCursor, HistoryPage, RecordStore } from '@chartseal/ports';
import type { Entry, Kept } from './memory-search.ts';

type Scope = Parameters<RecordStore['historyOf']>[0];
type Options = Parameters<RecordStore['historyOf']>[1];
type Told = Kept & { readonly cursor: HistoryCursor };

const newestFirst = (a: HistoryCursor, b: HistoryCursor): number =>
  b.time - a.time || b.record - a.record || b.version - a.version;

/** RecordStore law 13. */
const wasAbout = (versions: readonly Kept[], among: readonly string[]): boolean =>
  versions.some(
    ({ resourceType, id, patients, log }) =>
      log === 'records' &&
      (resourceType === 'Binary' ||
        [...patients, ...(resourceType === 'Patient' ? [id] : [])].some((one) => among.includes(one))),
  );

/** RecordStore.historyOf among records in memory. */
export const historyPage = (all: Iterable<Entry>, { resourceType }: Scope, options: Options): HistoryPage => {
  const { limit, after, since = -Infinity, at, among } = options;
  const told: Told[] = [];
  for (const { cursor: record, versions } of all) {
    if (among !== undefined && !wasAbout(versions, among)) continue;
    for (const [index, version] of versions.entries()) {
      const time = Date.parse(version.lastUpdated);
      const next = versions[index + 1];
      const until = next === undefined ? Infinity : Date.parse(next.lastUpdated);
      const wasNewest = at === undefined || Math.max(time, at.start) < Math.min(until, at.end);
      const cursor = { time, record, version: version.versionId };
      if ((resourceType ?? version.resourceType) === version.resourceType && time >= since && wasNewest)
        if (after === undefined || newestFirst(after, cursor) < 0) told.push({ ...version, cursor });
    }
  }
  return { versions: told.sort((a, b) => newestFirst(a.cursor, b.cursor)).slice(0, limit) };
};
