import { isObject } from '../json/is-object.ts';

/**
 * Invariants of R4 that FHIRPath engines evaluate by comparing each with each: an Observation of 8 MB with its codes would hold the process
 * for hours. Here each is decided in one pass, from the sentence and the expression of the definition. So are those that every resource and
 * every entry of a Bundle has, for speed.
 */
type JsonObject = { readonly [member: string]: unknown };

/** Whether it holds of the element, within the resource. */
type LinearInvariant = (element: JsonObject, resource: JsonObject) => boolean;

/** Follows members through objects and arrays, as FHIRPath does. */
const along = (value: unknown, ...steps: readonly string[]): readonly unknown[] => {
  let found: unknown[] = Array.isArray(value) ? value : [value];
  for (const step of steps)
    found = found.flatMap((one): unknown => (isObject(one) && one[step] !== undefined ? one[step] : []));
  return found;
};

/** `member` of the objects in `holder[children]`, to any depth. */
const nested = (holder: JsonObject, children: string, member: string): readonly unknown[] => {
  const found: unknown[] = [];
  const stack = [...along(holder, children)];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    found.push(...along(next, member));
    for (const child of along(next, children)) stack.push(child);
  }
  return found;
};

/** Equal for values that are equal whatever the order of their members. */
const keyOf = (value: unknown): string =>
  typeof value === 'string'
    ? value
    : JSON.stringify(value, (_, inner: unknown) =>
        isObject(inner) ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1))) : inner,
      );

const isAbsent = (holder: JsonObject, ...steps: readonly string[]): boolean => along(holder, ...steps).length === 0;

/** bdl-3 and bdl-4: every entry has it in a Bundle of these types, and none in others. */
const haveWhereType =
  (member: string, types: readonly unknown[]): LinearInvariant =>
  ({ type, entry = [] }) =>
    along(entry).every((one) => along(one, member).length > 0 === types.includes(type));

const areDistinct = (values: readonly unknown[]): boolean => new Set(values.map(keyOf)).size === values.length;

const entryNames = ({ type, entry }: JsonObject): readonly unknown[] => {
  if (type === 'history') return [];
  return along(entry ?? []).flatMap((one) => {
    const [fullUrl] = along(one, 'fullUrl');
    return fullUrl === undefined ? [] : [[fullUrl, along(one, 'resource', 'meta', 'versionId')]];
  });
};

/** obs-7: no component has a code of the observation itself, which has a value. */
const hasOwnComponentCodes: LinearInvariant = (observation, resource) => {
  if (!Object.keys(observation).some((member) => /^_?value[A-Z]/.test(member))) return true;
  const codes = new Set(along(resource, 'code', 'coding').map(keyOf));
  return along(observation, 'component', 'code', 'coding').every((coding) => !codes.has(keyOf(coding)));
};

const isWithin = (values: readonly unknown[], allowed: readonly unknown[]): boolean => {
  const known = new Set(allowed);
  return values.every((value) => known.has(value));
};

const begins = (path: unknown, prefix: string): boolean => typeof path === 'string' && path.startsWith(prefix);

/** sdf-8: all elements are of the type that comes first. */
const snapshotPaths: LinearInvariant = (snapshot, { kind, type }) => {
  const [first, ...others] = along(snapshot, 'element');
  const [root = ''] = along(first, 'path');
  return (
    (kind === 'logical' || root === type) && others.every((one) => begins(along(one, 'path')[0], `${String(root)}.`))
  );
};

/** sdf-8a: and of the one that it begins with, where the first is an element within it. */
const differentialPaths: LinearInvariant = (differential, { kind, type }) => {
  const [first, ...others] = along(differential, 'element');
  const [path = ''] = along(first, 'path');
  const root = `${String(path).split('.')[0] ?? ''}.`;
  return (
    (kind === 'logical' || begins(path, String(type))) && others.every((one) => begins(along(one, 'path')[0], root))
  );
};

const haveDistinctIds =
  (view: string): LinearInvariant =>
  (structure) => {
    const elements = along(structure, view, 'element');
    const ids = elements.map((element) => along(element, 'id')[0]);
    return ids.every((id) => id !== undefined) && areDistinct(ids);
  };

export const linearInvariants: ReadonlyMap<string, LinearInvariant> = new Map([
  ['bdl-3', haveWhereType('request', ['batch', 'transaction', 'history'])],
  ['bdl-4', haveWhereType('response', ['batch-response', 'transaction-response', 'history'])],
  ['bdl-5', (entry) => ['resource', 'request', 'response'].some((member) => !isAbsent(entry, member))],
  ['bdl-8', ({ fullUrl }) => typeof fullUrl !== 'string' || !fullUrl.includes('/_history/')],
  ['bdl-7', (bundle) => areDistinct(entryNames(bundle))],
  [
    'cpb-7',
    (statement) => areDistinct(along(statement, 'document').map((one) => [along(one, 'profile'), along(one, 'mode')])),
  ],
  ['cpb-9', (rest) => areDistinct(along(rest, 'resource', 'type'))],
  ['cpb-12', (resource) => areDistinct(along(resource, 'searchParam', 'name'))],
  ['csd-1', (system) => areDistinct(nested(system, 'concept', 'code'))],
  ['dom-2', (resource) => isAbsent(resource, 'contained', 'contained')],
  [
    'dom-4',
    (resource) => ['versionId', 'lastUpdated'].every((member) => isAbsent(resource, 'contained', 'meta', member)),
  ],
  ['dom-5', (resource) => isAbsent(resource, 'contained', 'meta', 'security')],
  ['eld-13', (element) => areDistinct(along(element, 'type', 'code'))],
  ['eld-14', (element) => areDistinct(along(element, 'constraint', 'key'))],
  ['ig-1', (definition) => isWithin(along(definition, 'resource', 'groupingId'), along(definition, 'grouping', 'id'))],
  ['ig-2', (guide) => isWithin(along(guide, 'definition', 'resource', 'fhirVersion'), along(guide, 'fhirVersion'))],
  [
    'nsd-2',
    ({ uniqueId }) =>
      areDistinct(
        along(uniqueId ?? [])
          .filter((one) => along(one, 'preferred')[0] === true)
          .flatMap((one) => along(one, 'type')),
      ),
  ],
  ['obs-7', hasOwnComponentCodes],
  ['que-2', (questionnaire) => areDistinct(nested(questionnaire, 'item', 'linkId'))],
  [
    'sdf-1',
    (structure) =>
      structure['derivation'] === 'constraint' || areDistinct(along(structure, 'snapshot', 'element', 'path')),
  ],
  ['sdf-8', snapshotPaths],
  ['sdf-8a', differentialPaths],
  ['sdf-16', haveDistinctIds('snapshot')],
  ['sdf-17', haveDistinctIds('differential')],
] satisfies readonly (readonly [string, LinearInvariant])[]);
