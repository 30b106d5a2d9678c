/** https://hl7.org/fhir/R4/search.html#return and #summary: parameters that shape the answer. */
import { loadDefinitions } from '../definitions/definitions.ts';
import { isResourceType } from '../definitions/resource-types.ts';
import { followed } from './linked-condition.ts';
import { searchParameter } from './search-parameter.ts';
import type { IncludeRule, ResultParameters, SortRule, Summary } from './search-query.ts';

/** @param types those that are searched @returns undefined where the value is malformed */
type Reader = (value: string, types: readonly string[], modifier: string | undefined) => ResultParameters | undefined;

const summaries: ReadonlySet<string> = new Set(['true', 'text', 'data', 'count', 'false'] satisfies Summary[]);
const totals: ReadonlySet<string> = new Set(['none', 'estimate', 'accurate']);

const isSortable = (code: string, types: readonly string[]): boolean =>
  types.every((type) => {
    const parameter = searchParameter(type, code);
    return parameter !== undefined && parameter.type !== 'composite' && parameter.type !== 'special';
  });

const sort: Reader = (value, types) => {
  const rules = value.split(',').map((text): SortRule | undefined => {
    const code = text.replace(/^-/, '');
    if (!isSortable(code, types)) return undefined;
    return { code, direction: text.startsWith('-') ? 'descending' : 'ascending' };
  });
  return rules.includes(undefined) ? undefined : { sort: rules.filter((rule) => rule !== undefined) };
};

const elements: Reader = (value, types) => {
  const names = value.split(',');
  const { types: schemas } = loadDefinitions();
  const isKnown = (name: string): boolean =>
    name === 'resourceType' || types.some((type) => schemas.get(type)?.members.has(name) === true);
  return names.every(isKnown) ? { elements: names } : undefined;
};

/** `Type:parameter`, `Type:parameter:Target`, `Type:*`, and `*` of `_include`. */
const include =
  (kind: IncludeRule['kind']): Reader =>
  (value, _types, modifier) => {
    const iterate = modifier === undefined ? 'once' : 'iterate';
    if (value === '*' && kind === 'include')
      return { includes: [{ kind, resourceType: undefined, code: '*', targetType: undefined, iterate }] };
    const [resourceType = '', code = '', targetType, ...more] = value.split(':');
    if (!isResourceType(resourceType) || more.length > 0) return undefined;
    if (targetType !== undefined && !isResourceType(targetType)) return undefined;
    const parameter = code === '*' ? undefined : searchParameter(resourceType, code);
    if (code !== '*' && (parameter === undefined || followed(parameter).length === 0)) return undefined;
    return { includes: [{ kind, resourceType, code, targetType, iterate }] };
  };

const readers: Readonly<Record<string, Reader>> = {
  _count: (value) => (/^\d{1,9}$/.test(value) ? { count: Number(value) } : undefined),
  _summary: (value) => (summaries.has(value) ? { summary: value as Summary } : undefined),
  _elements: elements,
  _total: (value) => (totals.has(value) ? { total: value as 'none' | 'estimate' | 'accurate' } : undefined),
  _sort: sort,
  _include: include('include'),
  _revinclude: include('revinclude'),
  // Contained resources are never found for themselves.
  _contained: (value) => (value === 'false' ? {} : undefined),
  _format: (value) => ({ format: value }),
  _pretty: (value) => (value === 'true' || value === 'false' ? { pretty: value === 'true' } : undefined),
};

const modifiers: Readonly<Record<string, ReadonlySet<string>>> = {
  _include: new Set(['iterate', 'recurse']),
  _revinclude: new Set(['iterate', 'recurse']),
};

export type ReadResult = ResultParameters | 'malformed' | 'modifier';

/** Undefined if `code` is none of those that shape the answer. */
export const readResultParameter = (
  code: string,
  modifier: string | undefined,
  value: string,
  types: readonly string[],
): ReadResult | undefined => {
  const reader = Object.hasOwn(readers, code) ? readers[code] : undefined;
  if (reader === undefined) return undefined;
  if (modifier !== undefined && modifiers[code]?.has(modifier) !== true) return 'modifier';
  return reader(value, types, modifier) ?? 'malformed';
};

/** Includes add up; of anything else the first stands, and another that differs is refused. */
export const mergeResults = (before: ResultParameters, next: ResultParameters): ResultParameters | 'repeated' => {
  const { includes, ...rest } = next;
  const differs = Object.entries(rest).some(([name, value]) => {
    const known = before[name as keyof ResultParameters];
    return known !== undefined && JSON.stringify(known) !== JSON.stringify(value);
  });
  if (differs) return 'repeated';
  return {
    ...before,
    ...rest,
    ...(includes === undefined ? {} : { includes: [...(before.includes ?? []), ...includes] }),
  };
};
