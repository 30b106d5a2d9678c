import { cleanText } from './clean-text.ts';

type Range = readonly [lowest: string, highest: string];

/** What the search asks of a record beside what finds it, as `record.facets` keeps it (migrations/0010-search-index.ts). */
export class Facets {
  readonly #present = new Set<string>();
  readonly #sort = new Map<string, Range>();
  readonly #subjects = new Set<string>();
  readonly #references = new Map<string, Map<string, Set<string>>>();

  present(code: string): void {
    this.#present.add(code);
  }

  sort(code: string, lowest: string, highest: string): void {
    this.#sort.set(code, [cleanText(lowest), cleanText(highest)]);
  }

  subject(patientId: string): void {
    this.#subjects.add(patientId);
  }

  references(code: string, type: string, id: string): void {
    const types = this.#references.get(code) ?? new Map<string, Set<string>>();
    this.#references.set(code, types);
    types.set(type, (types.get(type) ?? new Set()).add(id));
  }

  /** In an order of its own, so that what is equal reads the same. */
  toString(): string {
    const byCode = <T>(entries: Iterable<readonly [string, T]>): readonly (readonly [string, T])[] =>
      [...entries].sort(([a], [b]) => (a < b ? -1 : 1));
    const sort = byCode(this.#sort).map(([code, [low, high]]) => [code, low === high ? low : [low, high]] as const);
    return JSON.stringify({
      p: [...this.#present].filter((code) => !this.#sort.has(code)).sort(),
      s: Object.fromEntries(sort),
      r: Object.fromEntries(
        byCode(this.#references).map(([code, types]) => [
          code,
          Object.fromEntries(byCode(types).map(([type, ids]) => [type, [...ids].sort()])),
        ]),
      ),
      o: [...this.#subjects].sort(),
    });
  }
}
