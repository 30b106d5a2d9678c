/** Texts whose order by code points is the order of what they stand for. */
import { Big } from 'big.js';
import { earliest } from './index-entry.ts';

/** What a database may index, and more than two names have in common. */
const longest = 200;

export const sortText = (value: string): string => value.slice(0, longest).toWellFormed().replaceAll('\u0000', '');

const padded = (value: number, width: number): string => String(value).padStart(width, '0');

/** @param ms milliseconds since the epoch */
export const sortMoment = (ms: number): string => padded(ms - earliest, 17);

const complement = (digits: string): string => digits.replaceAll(/\d/g, (digit) => String(9 - Number(digit)));

/** Sign, exponent, digits; of a negative number each is turned around. */
export const sortDecimal = (value: string): string => {
  const { s, e, c } = new Big(value);
  if (c.length === 1 && c[0] === 0) return '1';
  const magnitude = `${padded(e + 500_000, 6)}${c.join('')}`;
  // The end mark makes the shorter of two negative numbers the greater.
  return s === 1 ? `2${magnitude}` : `0${complement(magnitude)}~`;
};
