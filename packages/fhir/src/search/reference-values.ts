/** https://hl7.org/fhir/R4/search.html#reference: which data types give which references. */
import { parseReference } from '../references/parse-reference.ts';
import type { TypedValue } from './element-path.ts';
import type { ValueEntry } from './index-entry.ts';
import { tokensOf } from './token-values.ts';

type Fields = { readonly [member: string]: unknown };

const literalEntries = (code: string, literal: string, baseUrl: string): readonly ValueEntry[] => {
  const reference = parseReference(literal, baseUrl);
  if (reference.kind === 'relative' || reference.kind === 'local-absolute')
    return [{ kind: 'reference', code, targetType: reference.type, targetId: reference.id }];
  return reference.kind === 'foreign' || reference.kind === 'urn'
    ? [{ kind: 'reference-url', code, url: literal }]
    : [];
};

/** A canonical is found with its version and without; `:below` finds `1.0.3` by `1.0` and by `1` (R4 search.html#versions). */
const canonicalEntries = (code: string, canonical: string, baseUrl: string): readonly ValueEntry[] => {
  const bar = canonical.lastIndexOf('|');
  const [url, version] = bar <= 0 ? [canonical, ''] : [canonical.slice(0, bar), canonical.slice(bar + 1)];
  const parts = version === '' ? [] : version.split('.', mostParts);
  const above = [url, ...parts.map((_, place) => `${url}|${parts.slice(0, place + 1).join('.')}`)];
  return [
    ...[...new Set([url, canonical])].flatMap((each) => literalEntries(code, each, baseUrl)),
    ...above.map((each): ValueEntry => ({ kind: 'reference-url', code: `${code}:below`, url: each })),
  ];
};

/** No version has more, and nobody is to fill the index with prefixes. */
const mostParts = 8;

export const referencesOf = (code: string, { type, value }: TypedValue, baseUrl: string): readonly ValueEntry[] => {
  if (typeof value === 'string')
    return (type === 'canonical' ? canonicalEntries : literalEntries)(code, value, baseUrl);
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
