/** https://hl7.org/fhir/R4/search.html#quantity: `[prefix][number]|[system]|[code]`. */
import { canonicalQuantity } from '../ucum/canonical-quantity.ts';
import { ucumSystem } from '../ucum/units.ts';
import { prefixedNumberTest, split, unescape } from './parameter-value.ts';
import type { NumberTest, QuantityTest } from './search-query.ts';

const inCanonicalUnit = (number: NumberTest, code: string): QuantityTest | undefined => {
  const [value, low, high] = [number.value, number.low, number.high].map((each) => canonicalQuantity(each, code));
  if (value === undefined || low === undefined || high === undefined) return undefined;
  const converted = { prefix: number.prefix, value: value.value, low: low.value, high: high.value };
  return { number: converted, unit: { match: 'canonical', unit: value.unit } };
};

/** Several where either may hold: what converts, and, for `eq`, what was written so; beyond twelve digits conversion is not exact. */
export const quantityTests = (text: string): readonly QuantityTest[] | undefined => {
  const [written = '', system, code, ...more] = split(text, '|').map(unescape);
  const number = prefixedNumberTest(written);
  if (number === undefined || more.length > 0) return undefined;
  if (system === undefined && code === undefined) return [{ number, unit: { match: 'any' } }];
  if (system === undefined || code === undefined || code === '') return undefined;
  if (system === '') return [{ number, unit: { match: 'unit', unit: code } }];
  const converted = system === ucumSystem ? inCanonicalUnit(number, code) : undefined;
  const literal: QuantityTest = { number, unit: { match: 'code', system, code } };
  if (converted === undefined) return [literal];
  return number.prefix === 'eq' ? [converted, literal] : [converted];
};
