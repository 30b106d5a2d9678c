/** RFC 8259, strictly and without recursion: 50 MiB of opening brackets cost an error, not the stack. */
import { JsonError, pathOf } from './json-error.ts';
import type { JsonErrorCode } from './json-error.ts';
import { NumberSpelling } from './number-spelling.ts';
import { scanNumber } from './scan-number.ts';
import { scanString } from './scan-string.ts';
import type { StringFault } from './scan-string.ts';

export type JsonValue = null | boolean | number | string | JsonValue[] | { [member: string]: JsonValue };
export type JsonLimits = { /** Containers inside each other. */ readonly maxDepth: number };
export type ParsedJson = { readonly value: JsonValue; readonly numbers: NumberSpelling };

/** R4's own deepest structures (QuestionnaireResponse.item.answer.item…) take four levels a step. */
export const defaultJsonLimits: JsonLimits = { maxDepth: 200 };

const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const comma = 0x2c;
const colon = 0x3a;
const quote = 0x22;

type Container = JsonValue[] | { [member: string]: JsonValue };

class JsonScanner {
  private readonly text: string;
  private readonly maxDepth: number;
  private readonly numbers: NumberSpelling;
  private readonly containers: Container[] = [];
  private readonly keys: (string | number)[] = [];
  private container: Container | undefined;
  private key: string | number = '';
  private at = 0;

  constructor(text: string, limits: JsonLimits, numbers: NumberSpelling) {
    this.text = text;
    this.numbers = numbers;
    this.maxDepth = limits.maxDepth;
  }

  run(): ParsedJson {
    for (;;) {
      const opened = this.open();
      if (opened === undefined) continue;
      let value = opened.value;
      while (this.container !== undefined) {
        this.attach(this.container, value);
        if (this.next() === 'member') break;
        value = this.container;
        this.pop();
      }
      if (this.container === undefined) return this.end(value);
    }
  }

  private end(value: JsonValue): ParsedJson {
    this.skipSpace();
    if (this.at !== this.text.length) throw this.error('syntax');
    return { value, numbers: this.numbers };
  }

  /** Reads a scalar or an empty container whole; of any other container only the opening, and answers undefined. */
  private open(): { readonly value: JsonValue } | undefined {
    const code = this.skipSpace();
    if (code !== openBrace && code !== openBracket) return { value: this.scalar(code) };
    this.at += 1;
    this.push(code === openBrace ? {} : []);
    const following = this.skipSpace();
    if (following === (code === openBrace ? closeBrace : closeBracket)) {
      this.at += 1;
      const value = this.container as Container;
      this.pop();
      return { value };
    }
    if (code === openBrace) this.memberName();
    else this.key = 0;
    return undefined;
  }

  /** What follows a value inside a container: the next member, or its end. */
  private next(): 'member' | 'closed' {
    const code = this.skipSpace();
    const inArray = typeof this.key === 'number';
    this.at += 1;
    if (code === comma) {
      if (typeof this.key === 'number') this.key += 1;
      else {
        this.skipSpace();
        this.memberName();
      }
      return 'member';
    }
    if (code === (inArray ? closeBracket : closeBrace)) return 'closed';
    this.at -= 1;
    throw this.error('syntax');
  }

  private memberName(): void {
    if (this.text.charCodeAt(this.at) !== quote) throw this.error('syntax');
    const start = this.at;
    const name = this.string();
    this.key = name;
    if (Object.hasOwn(this.container as object, name)) {
      this.at = start;
      throw this.error('duplicate-key');
    }
    if (this.skipSpace() !== colon) throw this.error('syntax');
    this.at += 1;
  }

  private attach(container: Container, value: JsonValue): void {
    if (Array.isArray(container)) container.push(value);
    else if (this.key === '__proto__') {
      // Plain assignment would set the prototype and lose the member.
      Object.defineProperty(container, this.key, { value, enumerable: true, configurable: true, writable: true });
    } else container[this.key as string] = value;
  }

  private scalar(code: number): JsonValue {
    if (code === quote) return this.string();
    if (code === 0x74) return this.word('true', true);
    if (code === 0x66) return this.word('false', false);
    if (code === 0x6e) return this.word('null', null);
    const end = scanNumber(this.text, this.at);
    if (end < 0) throw this.error('syntax');
    const spelling = this.text.slice(this.at, end);
    const value = Number(spelling);
    if (String(value) !== spelling) this.numbers.keep(this.container, this.key, spelling);
    this.at = end;
    return value;
  }

  private word(word: string, value: JsonValue): JsonValue {
    if (!this.text.startsWith(word, this.at)) throw this.error('syntax');
    this.at += word.length;
    return value;
  }

  private string(): string {
    const scanned = scanString(this.text, this.at);
    if (scanned.fault !== undefined) throw this.stringError(scanned.fault, scanned.end);
    this.at = scanned.end;
    return scanned.value;
  }

  private stringError(fault: StringFault, at: number): JsonError {
    this.at = at;
    return this.error(fault);
  }

  private push(container: Container): void {
    if (this.containers.length >= this.maxDepth) throw this.error('too-deep');
    // The outermost container has none around it; its slot keeps both stacks of one length.
    this.containers.push(this.container ?? container);
    this.keys.push(this.key);
    this.container = container;
    this.key = '';
  }

  private pop(): void {
    const outer = this.containers.pop();
    this.key = this.keys.pop() ?? '';
    this.container = this.containers.length === 0 ? undefined : outer;
  }

  private skipSpace(): number {
    for (;;) {
      const code = this.text.charCodeAt(this.at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return code;
      this.at += 1;
    }
  }

  private error(code: JsonErrorCode): JsonError {
    const inside = this.container === undefined || this.key === '' ? [] : [this.key];
    return new JsonError(code, pathOf(this.containers[0], [...this.keys.slice(1), ...inside]), this.at);
  }
}

/**
 * Parses a JSON text into plain values (numbers as numbers) and, beside them, the spelling of each number that a plain
 * number would lose. `__proto__` becomes an ordinary own member, as with JSON.parse. `numbers`: where spellings go, of texts that
 * are parts of one.
 * @throws JsonError with the path and the offset, never the content
 */
export const parseJson = (
  text: string,
  limits: JsonLimits = defaultJsonLimits,
  numbers: NumberSpelling = new NumberSpelling(),
): ParsedJson => new JsonScanner(text, limits, numbers).run();

/**
 * The same for a body as received: strict UTF-8, a byte order mark is skipped (RFC 8259 §8.1).
 * @throws JsonError
 */
export const parseJsonBytes = (bytes: Uint8Array, limits: JsonLimits = defaultJsonLimits): ParsedJson => {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new JsonError('encoding', '');
  }
  return parseJson(text, limits);
};
