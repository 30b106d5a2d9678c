/**
 * The canonical bytes that commitments are made of: RFC 8785 (members sorted by UTF-16 code units, its strings, no white
 * space) but for numbers, which stay as they were received, because FHIR decimals carry precision.
 */
import { JsonError, pathOf } from './json-error.ts';
import type { NumberSpelling } from './number-spelling.ts';

type Frame = {
  readonly container: object;
  /** Sorted member names; undefined for an array. */
  readonly names: readonly string[] | undefined;
  index: number;
  first: boolean;
};

class CanonicalWriter {
  private readonly numbers: NumberSpelling;
  private readonly frames: Frame[] = [];
  private out = '';

  constructor(numbers: NumberSpelling) {
    this.numbers = numbers;
  }

  write(value: unknown): string {
    this.value(undefined, '', value);
    for (let frame = this.frames.at(-1); frame !== undefined; frame = this.frames.at(-1)) this.step(frame);
    return this.out;
  }

  private step(frame: Frame): void {
    const { container, names } = frame;
    const length = names === undefined ? (container as unknown[]).length : names.length;
    if (frame.index === length) {
      this.out += names === undefined ? ']' : '}';
      this.frames.pop();
      return;
    }
    const key = names === undefined ? frame.index : (names[frame.index] ?? '');
    const value = (container as Record<string | number, unknown>)[key];
    frame.index += 1;
    if (value === undefined && typeof key === 'string') return;
    if (!frame.first) this.out += ',';
    frame.first = false;
    if (typeof key === 'string') this.out += `${this.string(key)}:`;
    this.value(container, key, value);
  }

  private value(container: object | undefined, key: string | number, value: unknown): void {
    if (typeof value === 'string') this.out += this.string(value);
    else if (typeof value === 'number') {
      const written = this.numbers.write(container, key, value);
      if (written === 'null') throw this.error('not-json');
      this.out += written;
    } else if (typeof value === 'boolean' || value === null) this.out += String(value);
    else if (typeof value === 'object') this.open(value);
    else throw this.error('not-json');
  }

  private open(container: object): void {
    const array = Array.isArray(container);
    this.out += array ? '[' : '{';
    this.frames.push({ container, names: array ? undefined : Object.keys(container).sort(), index: 0, first: true });
  }

  private string(value: string): string {
    if (!value.isWellFormed()) throw this.error('lone-surrogate');
    return JSON.stringify(value);
  }

  private error(code: 'lone-surrogate' | 'not-json'): JsonError {
    const keys = this.frames.map(({ names, index }) => (names === undefined ? index - 1 : (names[index - 1] ?? '')));
    return new JsonError(code, pathOf(this.frames[0]?.container, keys));
  }
}

/**
 * The canonical text of a parsed value. Numbers that code has set are written as JSON.stringify does; members that are
 * undefined are left out.
 * @throws JsonError `lone-surrogate` or `not-json`
 */
export const canonicalJson = (value: unknown, numbers: NumberSpelling): string =>
  new CanonicalWriter(numbers).write(value);

/** The same as UTF-8 bytes: the message of the version's commitment. */
export const canonicalBytes = (value: unknown, numbers: NumberSpelling): Uint8Array =>
  new TextEncoder().encode(canonicalJson(value, numbers));
