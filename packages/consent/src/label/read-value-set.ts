/**
 * Consent-semantics B10: a value set as a file, in a form of our own or as a FHIR ValueSet whose `useContext` names the sensitivity as its focus, as the
 * value sets of security labeling services do (https://build.fhir.org/ig/SHIFT-Task-Force/SLS-ValueSets).
 */
import { systems } from '../coding.ts';
import { isSensitivity } from './sensitivity.ts';

/** What a group of codes is, out of one code system. Codes that end differently in every record are named by how they begin. */
export type ValueSetGroup = {
  readonly system: string;
  /** What the codes name, for whoever reviews them. */
  readonly about?: string;
  /** Where they were compared with their displays. */
  readonly verified?: string;
  readonly codes?: readonly string[];
  /** All codes that begin so, as ICD's categories do. */
  readonly families?: readonly string[];
  /**
   * Ingredients, in lower case. RxNorm has a code for each strength and form of a drug, which a record carries, and names its
   * ingredients in the display.
   */
  readonly displayWords?: readonly string[];
};

/** One file. */
export type ValueSetFile = {
  /** v3 sensitivity code. */
  readonly label: string;
  /** Who says so, and where it can be read. */
  readonly source: string;
  readonly version: string;
  readonly include: readonly ValueSetGroup[];
};

type JsonObject = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const wrong = (path: string, why: string): never => {
  throw new RangeError(`${path} ${why}`);
};

const text = (value: unknown, path: string): string =>
  typeof value === 'string' && value.trim() !== '' ? value : wrong(path, 'must be a text');

const optionalText = (value: unknown, path: string): string | undefined =>
  value === undefined ? undefined : text(value, path);

const list = <T>(value: unknown, path: string, read: (item: unknown, path: string) => T): readonly T[] =>
  Array.isArray(value) && value.length > 0
    ? value.map((item, index) => read(item, `${path}[${index}]`))
    : wrong(path, 'must be a list of at least one');

const label = (value: unknown, path: string): string => {
  const code = text(value, path);
  return isSensitivity(code) ? code : wrong(path, 'is no sensitivity code of v3 ActCode that consents may name');
};

const known = (value: JsonObject, path: string, members: readonly string[]): void => {
  // A member that is not understood could be one that takes codes away.
  for (const name of Object.keys(value)) if (!members.includes(name)) wrong(`${path}${name}`, 'is not understood');
};

/** @throws RangeError naming the element; the value is not repeated */
export const readValueSet = (value: unknown): ValueSetFile => {
  if (!isObject(value)) return wrong('the file', 'must hold one object');
  if (value['resourceType'] !== undefined) return fhirValueSet(value);
  known(value, '', ['label', 'source', 'version', 'include']);
  return {
    label: label(value['label'], 'label'),
    source: text(value['source'], 'source'),
    version: text(value['version'], 'version'),
    include: list(value['include'], 'include', group),
  };
};

const group = (value: unknown, path: string): ValueSetGroup => {
  if (!isObject(value)) return wrong(path, 'must be an object');
  known(value, `${path}.`, ['system', 'about', 'verified', 'codes', 'families', 'displayWords']);
  const lists = (['codes', 'families', 'displayWords'] as const).filter((name) => value[name] !== undefined);
  if (lists.length === 0) return wrong(path, 'names no codes, families or displayWords');
  const about = optionalText(value['about'], `${path}.about`);
  const verified = optionalText(value['verified'], `${path}.verified`);
  return {
    system: text(value['system'], `${path}.system`),
    ...(about === undefined ? {} : { about }),
    ...(verified === undefined ? {} : { verified }),
    ...Object.fromEntries(lists.map((name) => [name, list(value[name], `${path}.${name}`, text)])),
  };
};

/**
 * What a ValueSet names one by one: its expansion if it has one that is whole, else its `compose`. What only a terminology server could work out is refused,
 * since whatever it stands for would go unlabelled.
 */
const fhirValueSet = (value: JsonObject): ValueSetFile => {
  if (value['resourceType'] !== 'ValueSet') return wrong('resourceType', 'must be ValueSet');
  const { expansion, compose } = value;
  const include = isObject(expansion) ? expanded(expansion) : isObject(compose) ? composed(compose) : [];
  if (include.length === 0) return wrong('compose', 'or expansion must name codes');
  return {
    label: focusOf(value['useContext']),
    source: text(value['publisher'] ?? value['url'], 'publisher'),
    version: text(value['version'] ?? value['date'], 'version'),
    include,
  };
};

const focusOf = (useContext: unknown): string => {
  const contexts: readonly unknown[] = Array.isArray(useContext) ? useContext : [];
  const codings = contexts.flatMap((context) => {
    const concept = isObject(context) ? context['valueCodeableConcept'] : undefined;
    return isObject(concept) && Array.isArray(concept['coding']) ? (concept['coding'] as readonly unknown[]) : [];
  });
  const named = codings.filter(isObject).find(({ system }) => system === systems.actCode);
  return label(named?.['code'], 'useContext.valueCodeableConcept.coding.code');
};

const expanded = (expansion: JsonObject): readonly ValueSetGroup[] => {
  const found = new Map<string, string[]>();
  const read = (contains: unknown, path: string): void => {
    list(contains, path, (item, at) => {
      if (!isObject(item)) return wrong(at, 'must be an object');
      if (item['abstract'] !== true) {
        const system = text(item['system'], `${at}.system`);
        found.set(system, [...(found.get(system) ?? []), text(item['code'], `${at}.code`)]);
      }
      if (item['contains'] !== undefined) read(item['contains'], `${at}.contains`);
      return undefined;
    });
  };
  const { total, contains } = expansion;
  read(contains, 'expansion.contains');
  const count = [...found.values()].flat().length;
  if (typeof total === 'number' && total > count)
    return wrong('expansion.total', 'is more than the expansion contains');
  return [...found].map(([system, codes]) => ({ system, codes }));
};

const composed = (compose: JsonObject): readonly ValueSetGroup[] => {
  if (compose['exclude'] !== undefined) return wrong('compose.exclude', 'is not understood: send the expansion');
  return list(compose['include'], 'compose.include', (item, path) => {
    if (!isObject(item)) return wrong(path, 'must be an object');
    if (item['concept'] === undefined) return wrong(path, 'names no concepts: send the expansion');
    known(item, `${path}.`, ['system', 'version', 'concept', 'extension']);
    const codes = list(item['concept'], `${path}.concept`, (concept, at) =>
      isObject(concept) ? text(concept['code'], `${at}.code`) : wrong(at, 'must be an object'),
    );
    return { system: text(item['system'], `${path}.system`), codes };
  });
};
