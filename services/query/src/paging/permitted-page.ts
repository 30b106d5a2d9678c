import type { StoredVersion } from '@chartseal/ports';
import type { Decisions, Examined } from '../decide/decisions.ts';
import type { Permit } from '../release/decision.ts';
import type { Cursor } from './page-token.ts';

export type PermittedEntry = Extract<Examined, { effect: 'permit' }>;

/** `next` is there only if one more permitted candidate is: a link that led to nothing would tell of what is hidden. */
export type PermittedPage<Place extends Cursor> = {
  readonly entries: readonly PermittedEntry[];
  readonly filtered: number;
  readonly next: Place | undefined;
};

/** Decisions find their candidates by this, never by a position (C6). */
const nameOf = ({ key, versionId }: Pick<Permit, 'key' | 'versionId'>): string =>
  `${key.resourceType}/${key.id}/${versionId}`;

/** Candidates in the order of the answer, each with its place. An empty page is the last, a shorter one only if `limit` was not met. */
export type Candidates<Place extends Cursor> = (
  after: Place | undefined,
  limit: number,
) => Promise<{ readonly versions: readonly (StoredVersion & { readonly cursor: Place })[] }>;

/** Whether what is permitted is a match on what of it is shown. */
export type Admits = (entry: PermittedEntry) => Promise<boolean>;

/** What is shown of what is permitted, with the decision that it is shown by: mostly itself. Undefined where it is no match. */
export type Shows<Place extends Cursor> = (entry: PermittedEntry, at: Place) => Promise<PermittedEntry | undefined>;

export const showing =
  (admits: Admits): Shows<Cursor> =>
  async (entry) =>
    (await admits(entry)) ? entry : undefined;

const decidedAtOnce = 100;
const showsAll: Shows<Cursor> = async (entry) => entry;

/** Decides candidates, chunk by chunk, before the page is cut (C2). */
export const permittedPage = async <Place extends Cursor>(
  decisions: Decisions,
  candidates: Candidates<Place>,
  page: { readonly count: number; readonly after: Place | undefined },
  shows: Shows<Place> = showsAll,
): Promise<PermittedPage<Place>> => {
  const limit = decisions.principal.kind === 'own' ? page.count + 1 : Math.max(page.count + 1, decidedAtOnce);
  const entries: PermittedEntry[] = [];
  let filtered = 0;
  let last = page.after;
  let at = page.after;
  for (;;) {
    const { versions } = await candidates(at, limit);
    const examined = new Map((await decisions.examine(versions)).map((one) => [nameOf(one.decision), one]));
    for (const { cursor, resourceType, id, versionId } of versions) {
      const candidate = examined.get(nameOf({ key: { resourceType, id }, versionId }));
      at = cursor;
      const shown = candidate?.effect === 'permit' ? await shows(candidate, cursor) : undefined;
      if (shown === undefined) {
        filtered += 1;
        continue;
      }
      if (entries.length === page.count) return { entries, filtered, next: last };
      entries.push(shown);
      last = cursor;
    }
    if (versions.length < limit) return { entries, filtered, next: undefined };
  }
};
