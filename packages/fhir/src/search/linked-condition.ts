/** https://hl7.org/fhir/R4/search.html#chaining and #has: conditions on other records, to any depth. */
import { isResourceType, resourceTypes } from '../definitions/resource-types.ts';
import type { ParameterName } from './parameter-name.ts';
import { readCondition, type ConditionFault, type SearchContext } from './read-condition.ts';
import { searchParameter, type SearchParameter } from './search-parameter.ts';
import type { SearchCondition, SearchQuery } from './search-query.ts';
import { valueTypes } from './value-types.ts';

/** `unknown`: there is no such parameter. `link`: what was followed is no reference, or leads to no type that has the parameter. */
export type LinkFault = ConditionFault | 'unknown' | 'link';
export type LinkedCondition = SearchCondition | LinkFault;

/** Queries that one parameter may stand for: a reference to any type at all branches at each step. */
const mostQueries = 500;

class LinkReader {
  private readonly value: string;
  private readonly context: SearchContext;
  private queries = 0;

  constructor(value: string, context: SearchContext) {
    this.value = value;
    this.context = context;
  }

  read(resourceType: string, name: ParameterName): LinkedCondition {
    if (name.kind === 'chain') return this.chain(resourceType, name);
    if (name.kind === 'has') return this.has(resourceType, name);
    if (name.kind === 'malformed') return 'malformed';
    if (name.code === '_list' && name.modifier === undefined) return this.list();
    const parameter = searchParameter(resourceType, name.code);
    if (parameter === undefined) return 'unknown';
    const types = valueTypes(resourceType, name.code);
    return readCondition(parameter, types, name.modifier, this.value, this.context);
  }

  private chain(resourceType: string, { code, type, rest }: ParameterName & { kind: 'chain' }): LinkedCondition {
    const parameter = searchParameter(resourceType, code);
    if (parameter === undefined) return 'unknown';
    const of: SearchQuery[] = [];
    let fault: LinkFault = 'link';
    for (const target of followed(parameter, type)) {
      const condition = this.read(target, rest);
      // Of several target types those count that have the parameter, and with the modifier.
      if (condition === 'modifier') fault = condition;
      if (condition === 'unknown' || condition === 'link' || condition === 'modifier') continue;
      if (typeof condition === 'string') return condition;
      of.push({ resourceType: target, conditions: [condition] });
      this.queries += 1;
      if (this.queries > mostQueries) return 'link';
    }
    return of.length === 0 ? fault : { kind: 'chain', code, of };
  }

  private has(resourceType: string, { type, reference, rest }: ParameterName & { kind: 'has' }): LinkedCondition {
    const parameter = isResourceType(type) ? searchParameter(type, reference) : undefined;
    if (parameter === undefined || !followed(parameter).includes(resourceType)) return 'link';
    const condition = this.read(type, rest);
    if (condition === 'unknown') return 'link';
    if (typeof condition === 'string') return condition;
    return { kind: 'has', code: reference, of: { resourceType: type, conditions: [condition] } };
  }

  /** `_list=42` is `_has:List:item:_id=42` (R4 search.html#list). */
  private list(): LinkedCondition {
    const condition = this.read('List', { kind: 'plain', code: '_id' });
    if (typeof condition === 'string') return condition;
    return { kind: 'has', code: 'item', of: { resourceType: 'List', conditions: [condition] } };
  }
}

/** The types that a parameter leads to, or the one of them that is named. */
export const followed = ({ type, targets }: SearchParameter, only?: string): readonly string[] => {
  if (type !== 'reference') return [];
  const all = targets.length === 0 || targets.includes('Resource') ? resourceTypes : targets;
  return only === undefined ? all : all.filter((target) => target === only);
};

/** The condition that a parameter of the type states, whatever it looks at. */
export const linkedCondition = (
  resourceType: string,
  name: ParameterName,
  value: string,
  context: SearchContext,
): LinkedCondition => new LinkReader(value, context).read(resourceType, name);
