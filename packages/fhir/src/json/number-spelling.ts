/**
 * How numbers were spelled in the text that a value was parsed from, where `String(Number(spelling))` would write them
 * otherwise: FHIR decimals carry precision (R4 datatypes, decimal), and 1.0 is not 1.00.
 *
 * The table hangs on the parsed containers themselves. Change a value in place and it keeps serving what was not touched;
 * never clone or spread a parsed object that may hold numbers, for the copy has no spellings. A number that code has
 * overwritten with another one loses its spelling by itself; after removing from the middle of an array of bare numbers
 * (R4 has none of decimals) replace the array.
 */
export class NumberSpelling {
  private readonly spellings = new WeakMap<object, Map<string | number, string>>();
  private root: string | undefined;

  /** Keeps the spelling of `container[key]`, or of the value itself if there is no container. */
  keep(container: object | undefined, key: string | number, spelling: string): void {
    if (container === undefined) {
      this.root = spelling;
      return;
    }
    const known = this.spellings.get(container);
    if (known === undefined) this.spellings.set(container, new Map([[key, spelling]]));
    else known.set(key, spelling);
  }

  /** The text to write for the number `current` at `container[key]`. */
  write(container: object | undefined, key: string | number, current: number): string {
    const spelling = container === undefined ? this.root : this.spellings.get(container)?.get(key);
    return spelling !== undefined && Object.is(Number(spelling), current) ? spelling : JSON.stringify(current);
  }
}
