import type { SearchCursor, SearchPage } from '@chartseal/ports';
import type { Decisions, Examined } from '../decide/decisions.ts';
import type { Permit } from '../release/decision.ts';

type PermittedEntry = Extract<Examined, { effect: 'permit' }>;

/** `next` is there only if one more permitted candidate is: a link that led to nothing would tell of what is hidden. */
export type PermittedPage = {
  readonly entries: readonly PermittedEntry[];
  readonly filtered: number;
  readonly next: SearchCursor | undefined;
};

/** Decisions find their candidates by this, never by a position (C6). */
const nameOf = ({ key, versionId }: Pick<Permit, 'key' | 'versionId'>): string =>
  `${key.resourceType}/${key.id}/${versionId}`;

type Candidates = (after: SearchCursor | undefined, limit: number) => Promise<SearchPage>;

const decidedAtOnce = 100;

/** Decides candidates, chunk by chunk, before the page is cut (C2). */
export const permittedPage = async (
  decisions: Decisions,
  candidates: Candidates,
  page: { readonly count: number; readonly after: SearchCursor | undefined },
): Promise<PermittedPage> => {
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
      if (candidate === undefined || candidate.effect === 'deny') {
        filtered += 1;
        continue;
      }
      if (entries.length === page.count) return { entries, filtered, next: last };
      entries.push(candidate);
      last = cursor;
    }
    if (versions.length < limit) return { entries, filtered, next: undefined };
  }
};
