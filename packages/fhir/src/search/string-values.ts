/** https://hl7.org/fhir/R4/search.html#string: which data types give which texts. */
import type { TypedValue } from './element-path.ts';

type Fields = { readonly [member: string]: unknown };

const parts: Readonly<Record<string, readonly string[]>> = {
  HumanName: ['text', 'family', 'given', 'prefix', 'suffix'],
  Address: ['text', 'line', 'city', 'district', 'state', 'postalCode', 'country'],
};

const texts = (value: unknown): readonly string[] => {
  if (typeof value === 'string') return value.trim() === '' ? [] : [value];
  return Array.isArray(value) ? value.flatMap(texts) : [];
};

export const stringsOf = ({ type, value }: TypedValue): readonly string[] => {
  if (typeof value !== 'object' || value === null) return texts(value);
  return (parts[type] ?? []).flatMap((member) => texts((value as Fields)[member]));
};

/** The words beside a code, for `:text` (R4 search.html#modifiers). */
export const wordsBeside = ({ type, value }: TypedValue): readonly string[] => {
  const { text, display, coding, type: identifierType } = (value ?? {}) as Fields;
  if (type === 'Coding') return texts(display);
  if (type === 'Identifier') return texts((identifierType as Fields | undefined)?.['text']);
  if (type !== 'CodeableConcept') return [];
  const displays = Array.isArray(coding) ? (coding as Fields[]).flatMap((item) => texts(item['display'])) : [];
  return [...new Set([...texts(text), ...displays])];
};
