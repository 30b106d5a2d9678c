/** https://hl7.org/fhir/R4/valueset.html#compositions, as far as the definitions alone can say which codes are meant. */
import { type CodeSystem, descendants, flatConcepts, hierarchyOf, propertyValues } from './code-systems.ts';

type Filter = { readonly property: string; readonly op: string; readonly value: string };
type Include = {
  readonly system?: string;
  readonly concept?: readonly { readonly code: string }[];
  readonly filter?: readonly Filter[];
  readonly valueSet?: readonly string[];
};
export type ValueSet = {
  readonly resourceType: 'ValueSet';
  readonly url: string;
  readonly compose?: { readonly include: readonly Include[]; readonly exclude?: readonly Include[] };
};

/** `system|code`. Undefined: it takes more than the definitions to know. */
export type Tokens = ReadonlySet<string> | undefined;

const intersection = <T>(one: ReadonlySet<T>, other: ReadonlySet<T>): ReadonlySet<T> =>
  new Set([...one].filter((item) => other.has(item)));
const difference = <T>(one: ReadonlySet<T>, other: ReadonlySet<T>): ReadonlySet<T> =>
  new Set([...one].filter((item) => !other.has(item)));

const withoutVersion = (canonical: string): string => canonical.split('|')[0] ?? '';

export class Composer {
  private readonly systems: ReadonlyMap<string, CodeSystem>;
  private readonly valueSets: ReadonlyMap<string, ValueSet>;

  /** @param systems those that the definitions carry whole */
  constructor(systems: ReadonlyMap<string, CodeSystem>, valueSets: ReadonlyMap<string, ValueSet>) {
    this.systems = systems;
    this.valueSets = valueSets;
  }

  expand(url: string): Tokens {
    const compose = this.valueSets.get(withoutVersion(url))?.compose;
    if (compose === undefined) return undefined;
    const included = this.union(compose.include);
    const excluded = this.union(compose.exclude ?? []);
    return included === undefined || excluded === undefined ? undefined : difference(included, excluded);
  }

  private union(includes: readonly Include[]): Tokens {
    const all = includes.map((include) => this.included(include));
    return all.some((tokens) => tokens === undefined)
      ? undefined
      : new Set(all.flatMap((tokens) => [...(tokens ?? [])]));
  }

  /** What is of the system and of each of the value sets. */
  private included(include: Include): Tokens {
    const parts = (include.valueSet ?? []).map((url) => this.expand(url));
    if (include.system !== undefined) parts.push(this.ofSystem(include, include.system));
    return parts.reduce((all, part) => all && part && intersection(all, part));
  }

  private ofSystem({ concept, filter }: Include, url: string): Tokens {
    const token = (code: string): string => `${url}|${code}`;
    if (concept !== undefined) return new Set(concept.map(({ code }) => token(code)));
    const system = this.systems.get(url);
    if (system === undefined) return undefined;
    let codes: ReadonlySet<string> | undefined = new Set(flatConcepts(system.concept).map(({ code }) => code));
    for (const one of filter ?? []) {
      const passed = filtered(system, one);
      codes = codes && passed && intersection(codes, passed);
    }
    return codes && new Set([...codes].map(token));
  }
}

/** https://hl7.org/fhir/R4/valueset-filter-operator.html: those that the official value sets use on code systems that are at hand. */
const filtered = (system: CodeSystem, { property, op, value }: Filter): ReadonlySet<string> | undefined => {
  const all = flatConcepts(system.concept);
  const codes = new Set(all.map(({ code }) => code));
  if (op === '=' && system.property?.some(({ code }) => code === property) === true)
    return new Set(all.filter((one) => propertyValues(one, property).includes(value)).map(({ code }) => code));
  if (property !== 'concept') return undefined;
  const below = descendants(hierarchyOf(system), value);
  if (op === 'is-a') return below;
  if (op === 'descendent-of') return difference(below, new Set([value]));
  if (op === 'is-not-a') return difference(codes, below);
  return op === '=' ? intersection(codes, new Set([value])) : undefined;
};
