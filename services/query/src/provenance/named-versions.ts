/**
 * Of which records a search of Provenance asks for the made ones: those that it names, as targets (`target=Observation/1`) or by the Provenances' own
 * ids. A search that names none is answered with stored Provenances alone: there is a made one for each version of everything.
 */
import type { SearchCondition, SearchQuery } from '@chartseal/fhir';
import { ChartsealError, type RecordKey, type StoredVersion } from '@chartseal/ports';
import { parseProvenanceId, permits } from '@chartseal/server';
import type { Decisions } from '../decide/decisions.ts';
import type { QueryDependencies } from '../dependencies.ts';
import type { NamedVersionsCursor } from '../paging/page-token.ts';
import type { Candidates } from '../paging/permitted-page.ts';
import { versionBehind } from './read-provenance.ts';

/** What one condition names, each of which may match; undefined for a condition that names nothing. */
type Names =
  | { readonly by: 'target'; readonly keys: readonly RecordKey[] }
  | { readonly by: 'id'; readonly ids: readonly string[] };

const targetCodes: ReadonlySet<string> = new Set(['target', 'patient']);

const namesIn = (condition: SearchCondition): Names | undefined => {
  if (condition.kind === 'id') return { by: 'id', ids: condition.anyOf };
  if (condition.kind === 'any') {
    const of = condition.of.map(namesIn).filter((names) => names?.by === 'target');
    return of.length < condition.of.length ? undefined : { by: 'target', keys: of.flatMap(({ keys }) => keys) };
  }
  if (condition.kind !== 'reference' || !targetCodes.has(condition.code)) return undefined;
  const keys = condition.anyOf.flatMap((test) => {
    if (test.match !== 'resource') return [];
    const resourceType = test.targetType ?? (condition.code === 'patient' ? 'Patient' : undefined);
    return resourceType === undefined ? [] : [{ resourceType, id: test.targetId }];
  });
  return { by: 'target', keys };
};

/** What the query names, or undefined. All else that it asks for is held against what is found there. */
export const namedIn = (queries: readonly SearchQuery[]): Names | undefined => {
  const [query, ...more] = queries;
  if (query?.resourceType !== 'Provenance' || more.length > 0) return undefined;
  const all = query.conditions.map(namesIn).filter((names) => names !== undefined);
  const named = all.find(({ by }) => by === 'id') ?? all[0];
  if (named?.by !== 'id') return named === undefined || named.keys.length === 0 ? undefined : named;
  return named.ids.some((id) => parseProvenanceId(id) !== undefined) ? named : undefined;
};

/** Each is looked up by itself, whether there is such a record or not. */
const mostNames = 1000;

/**
 * Whether the gateway's own Provenances are asked for. It depends on the words alone.
 * @throws ChartsealError `malformed` where too many records are named
 */
export const isNaming = (queries: readonly SearchQuery[]): boolean => {
  const names = namedIn(queries);
  if (names === undefined) return false;
  if ((names.by === 'id' ? names.ids : names.keys).length <= mostNames) return true;
  const diagnostics = `Provenances of no more than ${mostNames} records are looked for at once`;
  throw new ChartsealError('malformed', diagnostics, { issues: [{ code: 'too-costly', diagnostics }] });
};

const distinct = <T>(values: readonly T[]): readonly T[] => [
  ...new Map(values.map((value) => [JSON.stringify(value), value])).values(),
];

type NamedCandidate = StoredVersion & { readonly cursor: NamedVersionsCursor };

/** Below `below` if it is given, the newest first. */
type Versions = (below: number | undefined, limit: number) => Promise<readonly StoredVersion[]>;

const worthALook = async (decisions: Decisions, { resourceType, id }: RecordKey): Promise<boolean> => {
  if (!permits(decisions.principal.scopes, resourceType, 'r')) return false;
  // Of a Patient of whom nothing will be shown not even how many versions there are takes time.
  return resourceType !== 'Patient' || (await decisions.prospects(id)) === 'some';
};

const versionsNamed = (deps: QueryDependencies, decisions: Decisions, names: Names): readonly Versions[] => {
  const { records } = deps;
  if (names.by === 'target')
    return distinct(names.keys).map((key) => async (below, limit) => {
      if (!(await worthALook(decisions, key))) return [];
      return records.history(key, below === undefined ? { limit } : { limit, before: below });
    });
  return distinct(names.ids).map((id) => async (below) => {
    const of = parseProvenanceId(id);
    const version = of === undefined || below !== undefined ? undefined : await versionBehind(deps, decisions, of);
    return version === undefined ? [] : [version];
  });
};

/** The versions of what is named, in the order of the names. */
export const namedVersions = (
  deps: QueryDependencies,
  decisions: Decisions,
  names: Names,
): Candidates<NamedVersionsCursor> => {
  const all = versionsNamed(deps, decisions, names);
  return async (after, limit) => {
    const found: NamedCandidate[] = [];
    let below = after?.below;
    for (let named = after?.named ?? 0; named < all.length && found.length < limit; named += 1) {
      const versions = (await all[named]?.(below, limit - found.length)) ?? [];
      found.push(...versions.map((one) => Object.assign({ cursor: { named, below: one.versionId } }, one)));
      below = undefined;
    }
    return { versions: found };
  };
};
