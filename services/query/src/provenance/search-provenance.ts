/** Made Provenances among the results of a search: before those that are stored, the newest version first. */
import type { SearchQuery } from '@chartseal/fhir';
import type { SearchCursor } from '@chartseal/ports';
import type { Decisions } from '../decide/decisions.ts';
import type { QueryDependencies } from '../dependencies.ts';
import { shownMatches } from '../interactions/search/visible-matches.ts';
import type { Cursor, NamedVersionsCursor } from '../paging/page-token.ts';
import type { Candidates, PermittedEntry, Shows } from '../paging/permitted-page.ts';
import { namedIn, namedVersions } from './named-versions.ts';
import { outlineOf, type ProvenanceOutline } from './provenance-of.ts';
import type { NamesVersion } from './versioned-targets.ts';

/** Where a search of stored records stopped, or of named versions. */
export type SearchPlace = SearchCursor | NamedVersionsCursor;

const isNamed = (place: Cursor): place is NamedVersionsCursor => 'named' in place;

/** A search as it is without made Provenances. */
export type StoredSearch = { readonly candidates: Candidates<SearchCursor>; readonly shows: Shows<SearchCursor> };
export type WholeSearch = { readonly candidates: Candidates<SearchPlace>; readonly shows: Shows<SearchPlace> };

type Asked = {
  readonly deps: QueryDependencies;
  readonly decisions: Decisions;
  readonly queries: readonly SearchQuery[];
  /** Undefined: of any version. */
  readonly namesVersion: NamesVersion | undefined;
};

/** Candidates for what is made are the versions that it would be made of: they are what is decided. */
export const withMade = (asked: Asked, stored: StoredSearch): WholeSearch => {
  const { deps, decisions, queries, namesVersion } = asked;
  const names = namedIn(queries);
  const versions = names && namedVersions(deps, decisions, names);
  const matched = matching(asked);
  const candidates: WholeSearch['candidates'] = async (after, limit) => {
    if (after !== undefined && !isNamed(after)) return stored.candidates(after, limit);
    const made = (await versions?.(after, limit))?.versions ?? [];
    const rest = made.length < limit ? await stored.candidates(undefined, limit - made.length) : { versions: [] };
    return { versions: [...made, ...rest.versions] };
  };
  return {
    candidates,
    async shows(entry, at) {
      if (isNamed(at)) {
        const whole = await (await matched(entry))?.whole();
        return whole && { ...entry, released: whole };
      }
      const shown = await stored.shows(entry, at);
      return shown !== undefined && namesVersion?.(shown.released) !== false ? shown : undefined;
    },
  };
};

/** What is made of an entry, if there is such a thing and it is what the search asks for. */
const matching = ({
  deps,
  decisions,
  queries,
  namesVersion,
}: Asked): ((entry: PermittedEntry) => Promise<ProvenanceOutline | undefined>) => {
  const matches = shownMatches(deps, decisions, queries);
  return async ({ released, decision }) => {
    const made = await outlineOf(deps, released);
    const outline = made?.outline();
    if (outline === undefined || namesVersion?.(outline) === false) return undefined;
    return (await matches(outline, decision.patients)) ? made : undefined;
  };
};

/** Their contents are in memory together. */
const countedAtOnce = 100;

/** How many made ones there are: for the own organisation, whom nothing is withheld from. */
export const countMade = async (asked: Asked): Promise<number> => {
  const { deps, decisions, queries } = asked;
  const names = namedIn(queries);
  if (names === undefined) return 0;
  const versions = namedVersions(deps, decisions, names);
  const matched = matching(asked);
  let count = 0;
  let after: NamedVersionsCursor | undefined;
  for (;;) {
    const page = (await versions(after, countedAtOnce)).versions;
    for (const one of await decisions.examine(page))
      if (one.effect === 'permit' && (await matched(one)) !== undefined) count += 1;
    if (page.length < countedAtOnce) return count;
    after = page.at(-1)?.cursor;
  }
};
