/** https://hl7.org/fhir/R4/search.html#reference: which data types give which references. */
import { parseReference } from '../references/parse-reference.ts';
import type { TypedValue } from './element-path.ts';
import type { ValueEntry } from './index-entry.ts';
import { tokensOf } from './token-values.ts';

type Fields = { readonly [member: string]: unknown };

const elsewhere = (code: string, url: string): readonly ValueEntry[] => {
  const bar = url.lastIndexOf('|');
  const whole: ValueEntry = { kind: 'reference-url', code, url };
  // A canonical is found with its version and without.
  return bar <= 0 ? [whole] : [whole, { kind: 'reference-url', code, url: url.slice(0, bar) }];
};

const literalEntries = (code: string, literal: string, baseUrl: string): readonly ValueEntry[] => {
  const reference = parseReference(literal, baseUrl);
  if (reference.kind === 'relative' || reference.kind === 'local-absolute')
    return [{ kind: 'reference', code, targetType: reference.type, targetId: reference.id }];
  return reference.kind === 'foreign' || reference.kind === 'urn' ? elsewhere(code, literal) : [];
};

export const referencesOf = (code: string, { value }: TypedValue, baseUrl: string): readonly ValueEntry[] => {
  if (typeof value === 'string') return literalEntries(code, value, baseUrl);
  if (typeof value !== 'object' || value === null) return [];
  const { reference, resourceType, id, identifier } = value as Fields;
  // A resource in a Bundle's entry (`Bundle?composition=`).
  if (typeof resourceType === 'string' && typeof id === 'string')
    return [{ kind: 'reference', code, targetType: resourceType, targetId: id }];
  const literal = typeof reference === 'string' ? literalEntries(code, reference, baseUrl) : [];
  const logical = tokensOf({ type: 'Identifier', value: identifier }).map((token): ValueEntry => ({
    kind: 'token',
    code: `${code}:identifier`,
    ...token,
  }));
  return [...literal, ...logical];
};
