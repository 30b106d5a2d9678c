/** https://hl7.org/fhir/R4/search.html#token: which data types give which tokens. */
import type { CodeSet } from '../definitions/value-sets.ts';
import type { TypedValue } from './element-path.ts';

export type Token = { readonly system: string | null; readonly value: string };

type Fields = { readonly [member: string]: unknown };

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

const systemAnd = (fields: Fields, member: string): readonly Token[] => {
  const system = text(fields['system']) ?? null;
  const value = text(fields[member]);
  if (value === undefined && system === null) return [];
  return [{ system, value: value ?? '' }];
};

const systems = new WeakMap<CodeSet, ReadonlyMap<string, string>>();

/** The code system that an element of type code implies by its required binding. */
const impliedSystem = (codes: CodeSet, value: string): string | undefined => {
  const known =
    systems.get(codes) ??
    new Map(
      [...codes.tokens].map((token) => [
        token.slice(token.lastIndexOf('|') + 1),
        token.slice(0, token.lastIndexOf('|')),
      ]),
    );
  systems.set(codes, known);
  return known.get(value);
};

const primitive = (value: string, codes: CodeSet | undefined): readonly Token[] => {
  const bare = { system: null, value };
  const system = codes === undefined ? undefined : impliedSystem(codes, value);
  return system === undefined ? [bare] : [bare, { system, value }];
};

export const tokensOf = ({ type, value, codes }: TypedValue): readonly Token[] => {
  if (typeof value === 'boolean') return [{ system: null, value: String(value) }];
  // R4 search.html#token: "if the underlying data type is string then the search is not case sensitive".
  if (type === 'string' && typeof value === 'string') return [{ system: null, value: value.toLowerCase() }];
  if (typeof value === 'string') return primitive(value, codes);
  if (typeof value !== 'object' || value === null) return [];
  const fields = value as Fields;
  if (type === 'CodeableConcept') {
    const { coding } = fields;
    return Array.isArray(coding) ? coding.flatMap((item: Fields) => systemAnd(item, 'code')) : [];
  }
  if (type === 'Coding') return systemAnd(fields, 'code');
  if (type === 'Identifier') return systemAnd(fields, 'value');
  // A ContactPoint's system is its kind (phone, email), not a namespace.
  const contact = type === 'ContactPoint' ? text(fields['value']) : undefined;
  return contact === undefined ? [] : [{ system: null, value: contact }];
};

/** For `:of-type`: the type's system, and `<type code>|<value>` (R4 search.html#modifiers). */
export const typedIdentifiersOf = ({ type, value }: TypedValue): readonly Token[] => {
  const { type: kind, value: identifier } = (type === 'Identifier' ? value : {}) as Fields;
  const name = text(identifier);
  if (name === undefined || kind === undefined) return [];
  return tokensOf({ type: 'CodeableConcept', value: kind })
    .filter((token) => token.value !== '')
    .map(({ system, value: typeCode }) => ({ system, value: `${typeCode}|${name}` }));
};
