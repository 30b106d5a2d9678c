/** Consent-semantics A1: everything that is wrong with a Consent, each with its element. */

/** What cannot be enforced. `diagnostics` never repeats a value. */
export type ConsentIssue = {
  readonly code: 'structure' | 'required' | 'value' | 'invariant' | 'not-supported';
  /** FHIRPath of the element. */
  readonly expression: string;
  readonly diagnostics: string;
};

export type JsonObject = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A name as it may stand in an answer: a client could put content into one that FHIR cannot have. */
const step = (name: string): string => (/^_?[A-Za-z][A-Za-z0-9]{0,63}$/.test(name) ? name : '?');

/** Collects issues while the elements are read; whatever was reported reads as undefined. */
export class Issues {
  readonly found: ConsentIssue[] = [];

  report(code: ConsentIssue['code'], expression: string, diagnostics: string): undefined {
    this.found.push({ code, expression, diagnostics });
    return undefined;
  }

  /** The object at a path, if it has no member but these. */
  object(value: unknown, path: string, members: readonly string[]): JsonObject | undefined {
    if (!isObject(value)) return this.report('structure', path, 'must be an object');
    if (Object.keys(value).length === 0) return this.report('structure', path, 'must not be empty');
    for (const name of Object.keys(value)) {
      if (!members.includes(name)) this.report('not-supported', `${path}.${step(name)}`, reasonFor(name));
    }
    return value;
  }

  /** Each item with its path, read; undefined if the element is absent. */
  list<T>(value: unknown, path: string, read: (item: unknown, path: string) => T | undefined): T[] | undefined {
    if (value === undefined) return undefined;
    if (!Array.isArray(value)) return this.report('structure', path, 'must be an array');
    if (value.length === 0) return this.report('structure', path, 'must not be empty');
    return value.map((item, index) => read(item, `${path}[${index}]`)).filter((item) => item !== undefined);
  }

  text(value: unknown, path: string): string | undefined {
    if (value === undefined) return this.report('required', path, 'is required');
    if (typeof value === 'string' && value !== '') return value;
    return this.report('structure', path, 'must be a string');
  }
}

const reasonFor = (name: string): string => {
  if (name === 'modifierExtension') return 'changes the meaning in a way that is not known here';
  if (name === 'extension' || name.startsWith('_'))
    return 'an extension here could narrow what is allowed, and is not known';
  return 'is not supported';
};
