import { parseReference } from '../references/parse-reference.ts';
import { intervalsOf } from './date-values.ts';
import { parseElementPaths, valuesAt } from './element-path.ts';
import type { ElementPath, TypedValue } from './element-path.ts';
import { indexedCodes } from './index-entry.ts';
import type { IndexEntry } from './index-entry.ts';
import { searchParameter } from './search-parameter.ts';
import type { SearchParameterType } from './search-parameter.ts';
import { tokensOf } from './token-values.ts';

type Compiled = { readonly code: string; readonly type: SearchParameterType; readonly paths: readonly ElementPath[] };

const compiled = new Map<string, readonly Compiled[]>();

const compile = (resourceType: string): readonly Compiled[] =>
  indexedCodes.flatMap((code) => {
    const parameter = searchParameter(resourceType, code);
    if (parameter === undefined) return [];
    const paths = parseElementPaths(parameter.expression, resourceType);
    if (paths === undefined) throw new Error(`the expression of ${resourceType}.${code} is not an element's path`);
    return [{ code, type: parameter.type, paths }];
  });

const parametersOf = (resourceType: string): readonly Compiled[] => {
  const known = compiled.get(resourceType) ?? compile(resourceType);
  compiled.set(resourceType, known);
  return known;
};

const referenceEntries = (code: string, { value }: TypedValue, path: ElementPath, baseUrl: string): IndexEntry[] => {
  const literal = typeof value === 'string' ? value : (value as { readonly reference?: unknown }).reference;
  if (typeof literal !== 'string') return [];
  const reference = parseReference(literal, baseUrl);
  if (reference.kind === 'relative' || reference.kind === 'local-absolute') {
    if (path.resolvesTo !== undefined && reference.type !== path.resolvesTo) return [];
    return [{ kind: 'reference', code, targetType: reference.type, targetId: reference.id }];
  }
  if (reference.kind !== 'foreign' && reference.kind !== 'urn') return [];
  // Nobody resolves it here: its URL says what it is, or else its `type`.
  const isTarget = path.resolvesTo === undefined || literal.includes(`/${path.resolvesTo}/`);
  return isTarget ? [{ kind: 'reference-url', code, url: literal }] : [];
};

const entriesOf = ({ code, type }: Compiled, path: ElementPath, value: TypedValue, baseUrl: string): IndexEntry[] => {
  if (type === 'token') return tokensOf(value).map(({ system, value }) => ({ kind: 'token', code, system, value }));
  if (type === 'date') return intervalsOf(value).map(({ start, end }) => ({ kind: 'date', code, start, end }));
  return type === 'reference' ? referenceEntries(code, value, path, baseUrl) : [];
};

/**
 * The index entries of a valid resource: `indexedCodes` as far as its type defines them. References that are absolute but
 * point to `baseUrl` count as relative.
 */
export const extractIndex = (resource: { readonly resourceType: string }, baseUrl = ''): IndexEntry[] => {
  const entries: IndexEntry[] = [];
  for (const parameter of parametersOf(resource.resourceType))
    for (const path of parameter.paths)
      for (const value of valuesAt(path, resource)) entries.push(...entriesOf(parameter, path, value, baseUrl));
  return entries;
};
