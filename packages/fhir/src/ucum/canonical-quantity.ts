import { Big } from 'big.js';
import { conversion } from './units.ts';

/** Beyond them the factors of binary floating point begin to tell: 5.4 mg and 5400 ug must be one number. */
const significantDigits = 12;

/**
 * A quantity in UCUM's base units.
 *
 * @param value a decimal as written, with or without exponent
 * @returns `value` in plain notation; undefined where the code is none of UCUM's or converts to nothing
 */
export const canonicalQuantity = (
  value: string,
  code: string,
): { readonly unit: string; readonly value: string } | undefined => {
  const found = conversion(code);
  if (found.kind !== 'base') return undefined;
  const converted = found.convert(Number(value));
  if (!Number.isFinite(converted)) return undefined;
  return { unit: found.unit, value: new Big(converted.toPrecision(significantDigits)).toFixed() };
};
