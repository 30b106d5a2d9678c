import { Big } from 'big.js';
import { conversion } from './units.ts';

/** Beyond them factors that are no decimals begin to tell: 60 /min and 1 Hz must be one number. */
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
  if (!Number.isFinite(Number(value))) return undefined;
  const converted = found.convert(new Big(value));
  return { unit: found.unit, value: converted.prec(significantDigits, Big.roundHalfEven).toFixed() };
};
