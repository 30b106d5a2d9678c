/** https://hl7.org/fhir/R4/search.html#token: which data types give which tokens. */
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

export const tokensOf = ({ type, value }: TypedValue): readonly Token[] => {
  if (typeof value !== 'object' || value === null)
    return typeof value === 'string' || typeof value === 'boolean' ? [{ system: null, value: String(value) }] : [];
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
