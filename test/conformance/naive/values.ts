/** What a search compares with, of each data type: https://hl7.org/fhir/R4/search.html, the tables of "string", "token", "quantity". */
import type { TypedValue } from '@medplum/core';
import { decimal, type Decimal } from './decimal.ts';

type Fields = { readonly [member: string]: unknown };
export type Token = { readonly system: string | undefined; readonly code: string | undefined };

const words = (...values: readonly unknown[]): string[] =>
  values.flat().filter((value): value is string => typeof value === 'string' && value !== '');

export const stringsOf = ({ type, value }: TypedValue): readonly string[] => {
  if (typeof value === 'string') return [value];
  const fields = (value ?? {}) as Fields;
  if (type === 'HumanName')
    return words(fields['text'], fields['family'], fields['given'], fields['prefix'], fields['suffix']);
  if (type === 'Address') {
    const { text, line, city, district, state, postalCode, country } = fields;
    return words(text, line, city, district, state, postalCode, country);
  }
  return [];
};

export const folded = (text: string): string =>
  text.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase().replaceAll(/\s+/g, ' ').trim();

const tokenOf = (system: unknown, code: unknown): Token[] => {
  const token = {
    system: typeof system === 'string' ? system : undefined,
    code: typeof code === 'string' ? code : undefined,
  };
  return token.system === undefined && token.code === undefined ? [] : [token];
};

export const tokensOf = ({ type, value }: TypedValue): readonly Token[] => {
  if (typeof value === 'string' || typeof value === 'boolean') return tokenOf(undefined, String(value));
  const fields = (value ?? {}) as Fields;
  if (type === 'CodeableConcept')
    return ((fields['coding'] ?? []) as Fields[]).flatMap(({ system, code }) => tokenOf(system, code));
  if (type === 'Coding') return tokenOf(fields['system'], fields['code']);
  if (type === 'Identifier') return tokenOf(fields['system'], fields['value']);
  return type === 'ContactPoint' ? tokenOf(undefined, fields['value']) : [];
};

export type Reach = { readonly low: Decimal | undefined; readonly high: Decimal | undefined };
export type Measured = Reach & {
  readonly system: string | undefined;
  readonly code: string | undefined;
  readonly unit: string | undefined;
};

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
const number = (value: unknown): Decimal | undefined =>
  typeof value === 'number' ? decimal(String(value)) : undefined;

/** A number, Quantity or Range. Money is a quantity whose unit is its currency. */
export const measuredOf = ({ type, value }: TypedValue): readonly Measured[] => {
  const none = { system: undefined, code: undefined, unit: undefined };
  if (typeof value === 'number') return [{ low: number(value), high: number(value), ...none }];
  const fields = (value ?? {}) as Fields;
  if (type === 'Range') {
    const { low, high } = fields as { low?: Fields; high?: Fields };
    const of = low ?? high ?? {};
    return [
      {
        low: number(low?.['value']),
        high: number(high?.['value']),
        system: text(of['system']),
        code: text(of['code']),
        unit: text(of['unit']),
      },
    ];
  }
  const low = number(fields['value']);
  if (low === undefined) return [];
  const { system, code, unit, currency } = fields;
  if (type === 'Money')
    return [{ low, high: low, system: 'urn:iso:std:iso:4217', code: text(currency), unit: undefined }];
  return [{ low, high: low, system: text(system), code: text(code), unit: text(unit) }];
};

/** `Type/id` of the local record, or the URL of another. */
export const referencesOf = ({ value }: TypedValue): readonly string[] => {
  const literal = typeof value === 'string' ? value : (value as { readonly reference?: unknown } | null)?.reference;
  if (typeof literal !== 'string' || literal.startsWith('#')) return [];
  return [literal.replace(/\/_history\/.*$/, '')];
};
