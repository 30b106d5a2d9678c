/** https://hl7.org/fhir/R4/search.html#number: what a number that is searched for stands for. */
import { Big } from 'big.js';
import type { NumberTest, Prefix } from './search-query.ts';

const pattern = /^[+-]?\d{1,30}(?:\.(\d{1,30}))?(?:[eE]([+-]?\d{1,2}))?$/;

/** Half a unit of the last digit that was written; an exponent's last digit is that of its mantissa. */
const impliedHalf = (fraction: string | undefined, exponent: string | undefined): Big =>
  new Big(`5e${Number(exponent ?? 0) - (fraction?.length ?? 0) - 1}`);

const testOf = (prefix: Prefix, value: Big, low: Big, high: Big): NumberTest => ({
  prefix,
  value: value.toFixed(),
  low: low.toFixed(),
  high: high.toFixed(),
});

/** `ap`: within a tenth of the value (R4 search.html#prefix). Undefined if it is no number. */
export const numberTest = (prefix: Prefix, text: string): NumberTest | undefined => {
  const match = pattern.exec(text);
  if (match === null) return undefined;
  const value = new Big(text);
  if (prefix === 'ap') {
    const tenth = value.abs().div(10);
    return testOf(prefix, value, value.minus(tenth), value.plus(tenth));
  }
  if (prefix !== 'eq' && prefix !== 'ne') return testOf(prefix, value, value, value);
  const half = impliedHalf(match[1], match[2]);
  return testOf(prefix, value, value.minus(half), value.plus(half));
};
