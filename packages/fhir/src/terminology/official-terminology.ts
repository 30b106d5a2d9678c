/** The code systems and value sets of R4's own definitions, read when a search first asks for one. */
import { readDefinitions } from '../definitions/official-files.ts';
import type { CodeSystem, ValueSet } from '../definitions/value-sets.ts';

const files = ['valuesets', 'v3-codesystems'];

/** All of them, parsed anew: hold on to nothing but what was asked for. */
export const officialTerminology = (): readonly (CodeSystem | ValueSet)[] =>
  files.flatMap((file) => readDefinitions<CodeSystem | ValueSet>(file));

/** Remembers an answer for each URL that the definitions have; parsing them for others would be a stranger's way to keep us busy. */
export class ByUrl<T> {
  readonly #find: (url: string, all: readonly (CodeSystem | ValueSet)[]) => T | undefined;
  readonly #type: 'CodeSystem' | 'ValueSet';
  readonly #known = new Map<string, T | undefined>();
  #urls: ReadonlySet<string> | undefined;

  constructor(
    type: 'CodeSystem' | 'ValueSet',
    find: (url: string, all: readonly (CodeSystem | ValueSet)[]) => T | undefined,
  ) {
    this.#type = type;
    this.#find = find;
  }

  get(url: string): T | undefined {
    if (this.#known.has(url)) return this.#known.get(url);
    if (this.#urls?.has(url) === false) return undefined;
    const all = officialTerminology();
    this.#urls ??= new Set(all.flatMap((one) => (one.resourceType === this.#type ? (one.url ?? []) : [])));
    if (!this.#urls.has(url)) return undefined;
    const found = this.#find(url, all);
    this.#known.set(url, found);
    return found;
  }
}
