import { compiledParameters, type CompiledParameter } from './compiled-parameters.ts';
import { valuesFrom, type ElementPath, type TypedValue } from './element-path.ts';
import type { IndexEntry, ValueEntry } from './index-entry.ts';
import { mergedPatients } from './merged-patients.ts';
import { sortEntry } from './sort-entry.ts';
import { valueEntries } from './value-entries.ts';

const along = (paths: readonly ElementPath[], here: TypedValue, resource: TypedValue): readonly TypedValue[] => {
  const [only, ...more] = paths;
  if (only !== undefined && more.length === 0) return valuesFrom(only, here, resource);
  return paths.flatMap((path) => valuesFrom(path, here, resource));
};

const valuesOf = ({ source }: CompiledParameter, resource: TypedValue): readonly TypedValue[] => {
  if (source.kind === 'paths') return along(source.paths, resource, resource);
  const isThere = valuesFrom(source.path, resource, resource).some(({ value }) => value !== false);
  return [{ type: 'boolean', value: isThere }];
};

/** One instance; undefined where one of its components has no value, for then nothing can match it. */
const compositeEntry = (
  { code, components }: CompiledParameter,
  instance: TypedValue,
  resource: TypedValue,
  baseUrl: string,
): IndexEntry | undefined => {
  const parts = components.map(({ type, paths }, place) =>
    along(paths, instance, resource).flatMap((value) =>
      valueEntries(`${code}$${place}`, type, value, baseUrl).filter((entry) => entry.code === `${code}$${place}`),
    ),
  );
  return parts.some((entries) => entries.length === 0) ? undefined : { kind: 'composite', code, components: parts };
};

const compositeEntries = (
  parameter: CompiledParameter,
  values: readonly TypedValue[],
  resource: TypedValue,
  baseUrl: string,
): readonly IndexEntry[] => {
  const { code } = parameter;
  const instances = values
    .map((instance) => compositeEntry(parameter, instance, resource, baseUrl))
    .filter((entry) => entry !== undefined);
  return instances.length === 0 ? [] : [...instances, { kind: 'present', code }];
};

const plainEntries = (
  { code, type }: CompiledParameter,
  values: readonly TypedValue[],
  baseUrl: string,
): readonly IndexEntry[] => {
  const entries: ValueEntry[] = [];
  for (const value of values) entries.push(...valueEntries(code, type, value, baseUrl));
  const sort = sortEntry(code, entries);
  return [...entries, { kind: 'present', code }, ...(sort === undefined ? [] : [sort])];
};

/** A canonical resource is found by `url|version` too (R4 search.html#uri). */
const versionedUrl = (resource: object): readonly IndexEntry[] => {
  const { url, version } = resource as { readonly url?: unknown; readonly version?: unknown };
  return typeof url === 'string' && typeof version === 'string'
    ? [{ kind: 'uri', code: 'url', value: `${url}|${version}` }]
    : [];
};

/**
 * The index entries of a valid resource, for every official parameter of its type. References that are absolute but point to `baseUrl`
 * count as relative.
 */
export const extractIndex = (resource: { readonly resourceType: string }, baseUrl = ''): IndexEntry[] => {
  const whole: TypedValue = { type: resource.resourceType, value: resource };
  const entries: IndexEntry[] = [];
  for (const parameter of compiledParameters(resource.resourceType)) {
    const values = valuesOf(parameter, whole);
    if (values.length === 0) continue;
    entries.push(
      ...(parameter.type === 'composite'
        ? compositeEntries(parameter, values, whole, baseUrl)
        : plainEntries(parameter, values, baseUrl)),
    );
    if (parameter.code === 'url') entries.push(...versionedUrl(resource));
  }
  entries.push(...mergedPatients(resource, baseUrl));
  return entries;
};
