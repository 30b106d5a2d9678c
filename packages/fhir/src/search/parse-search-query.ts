import { isResourceType, resourceTypes } from '../definitions/resource-types.ts';
import type { Issue } from '../outcome/operation-outcome.ts';
import { linkedCondition, type LinkFault } from './linked-condition.ts';
import { parseParameterName } from './parameter-name.ts';
import type { SearchContext } from './read-condition.ts';
import { mergeResults, readResultParameter } from './result-parameters.ts';
import type { ResultParameters, SearchCondition, SearchQuery } from './search-query.ts';

type Entries = Iterable<readonly [name: string, value: string]>;

/** Malformed values (`invalid`), modifiers, chains and terminology that are not known (`not-supported`): refused when lenient too. */
type Refused = { readonly outcome: 'refused'; readonly issues: readonly Issue[] };

type Parsed = {
  readonly outcome: 'parsed';
  readonly result: ResultParameters;
  /** One for each parameter that is not known here: an error when strict, left out when lenient. */
  readonly unknown: readonly Issue[];
  /** Names of those parameters, as they were written. */
  readonly ignored: readonly string[];
};

export type ParsedSearch = (Parsed & { readonly query: SearchQuery }) | Refused;
/** One query for each type. */
export type ParsedSystemSearch = (Parsed & { readonly queries: readonly SearchQuery[] }) | Refused;

/** A name that a parameter may have is repeated, anything else may be content. */
const shown = (name: string): string => (/^[A-Za-z_][A-Za-z0-9_:.-]{0,99}$/.test(name) ? name : '?');

const issueOf = (name: string, code: 'invalid' | 'not-supported', what: string): Issue => ({
  severity: 'error',
  code,
  diagnostics: `search parameter ${shown(name)} ${what}`,
});

type Fault = LinkFault | 'name' | 'repeated';

const faults: Readonly<Record<Exclude<Fault, 'unknown'>, readonly ['invalid' | 'not-supported', string]>> = {
  name: ['invalid', 'is not a parameter name'],
  malformed: ['invalid', 'has a malformed value'],
  repeated: ['invalid', 'is repeated'],
  modifier: ['not-supported', 'has a modifier that is not supported'],
  link: ['not-supported', 'follows no reference to a type that has such a parameter'],
  terminology: ['not-supported', 'names codes that are not known here'],
};

class SearchReader {
  readonly conditions = new Map<string, SearchCondition[]>();
  readonly refused: Issue[] = [];
  readonly unknown: Issue[] = [];
  readonly ignored: string[] = [];
  result: ResultParameters = {};
  private readonly types: readonly string[];
  private readonly context: SearchContext;

  constructor(types: readonly string[], context: SearchContext) {
    this.types = types;
    this.context = context;
    for (const type of types) this.conditions.set(type, []);
  }

  read(name: string, value: string): void {
    const fault = this.take(name, value);
    if (fault === 'unknown') {
      this.unknown.push(issueOf(name, 'not-supported', 'is not supported'));
      this.ignored.push(name);
    } else if (fault !== undefined) this.refused.push(issueOf(name, ...faults[fault]));
  }

  outcome(): Parsed | Refused {
    const { refused, unknown, ignored, result } = this;
    return refused.length > 0
      ? { outcome: 'refused', issues: [...refused, ...unknown] }
      : { outcome: 'parsed', result, unknown, ignored };
  }

  private take(name: string, value: string): Fault | undefined {
    const parsed = parseParameterName(name);
    if (parsed.kind === 'malformed') return 'name';
    if (parsed.kind === 'plain') {
      const result = readResultParameter(parsed.code, parsed.modifier, value, this.types);
      if (result !== undefined) return this.merge(result);
    }
    const read: (readonly [string, SearchCondition])[] = [];
    for (const type of this.types) {
      const condition = linkedCondition(type, parsed, value, this.context);
      // A search over several types takes what all of them have (R4 search.html#Introduction).
      if (typeof condition === 'string') return condition;
      read.push([type, condition]);
    }
    for (const [type, condition] of read) this.conditions.get(type)?.push(condition);
    return undefined;
  }

  private merge(next: ResultParameters | 'malformed' | 'modifier'): Fault | undefined {
    if (typeof next === 'string') return next;
    const merged = mergeResults(this.result, next);
    if (merged === 'repeated') return merged;
    this.result = merged;
    return undefined;
  }
}

/**
 * A search on one type, from the decoded names and values in their order: commas mean or, a repeated parameter means and.
 * Of a repeated result parameter the first stands and others that differ are refused. Issues name the parameter, never
 * its value.
 */
export const parseSearchQuery = (resourceType: string, entries: Entries, context: SearchContext): ParsedSearch => {
  const reader = new SearchReader([resourceType], context);
  for (const [name, value] of entries) reader.read(name, value);
  const outcome = reader.outcome();
  if (outcome.outcome === 'refused') return outcome;
  return { ...outcome, query: { resourceType, conditions: reader.conditions.get(resourceType) ?? [] } };
};

const typesOf = (entries: Entries): readonly string[] | undefined => {
  const named = [...entries].flatMap(([name, value]) => (name === '_type' ? [value.split(',')] : []));
  const [first, ...more] = named;
  return first === undefined
    ? undefined
    : [...new Set(first)].filter((type) => more.every((own) => own.includes(type)));
};

/**
 * A search on several types: those that `_type` names, of `types`. Only parameters that all of them have.
 * @param types all, where it is undefined
 */
export const parseSystemQuery = (
  types: readonly string[] | undefined,
  entries: Entries,
  context: SearchContext,
): ParsedSystemSearch => {
  const all = [...entries];
  const named = typesOf(all);
  if (named?.every(isResourceType) === false)
    return { outcome: 'refused', issues: [issueOf('_type', ...faults.malformed)] };
  const possible = types ?? resourceTypes;
  const chosen = named?.filter((type) => possible.includes(type)) ?? possible;
  const reader = new SearchReader(chosen, context);
  for (const [name, value] of all) if (name !== '_type') reader.read(name, value);
  const outcome = reader.outcome();
  if (outcome.outcome === 'refused') return outcome;
  const queries = chosen.map((type) => ({ resourceType: type, conditions: reader.conditions.get(type) ?? [] }));
  return { ...outcome, queries };
};
