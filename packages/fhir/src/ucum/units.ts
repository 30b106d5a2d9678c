/** https://ucum.org/ucum, by the library of the U.S. National Library of Medicine. */
import { createRequire } from 'node:module';
import type ucum from '@lhncbc/ucum-lhc';
import { Big } from 'big.js';

export const ucumSystem = 'http://unitsofmeasure.org';

export type Conversion =
  /** No code of UCUM. */
  | { readonly kind: 'unknown' }
  /** A code, but of an arbitrary unit, or one such as pH: it converts to nothing else. */
  | { readonly kind: 'arbitrary' }
  | {
      readonly kind: 'base';
      /** Names the base units: equal for whatever converts into each other. */
      readonly unit: string;
      /** From a number of these units to one of base units. */
      readonly convert: (value: Big) => Big;
    };

const base = ['m', 's', 'g', 'rad', 'K', 'C', 'cd'];

/** Mole and equivalent are counts to UCUM; nobody who asks for one means the other. */
const named = (dimensions: readonly number[], moles: number, equivalents: number): string => {
  const factors = dimensions.flatMap((exponent, place) => (exponent === 0 ? [] : [`${base[place]}${exponent}`]));
  if (moles !== 0) factors.push(`mol${moles}`);
  if (equivalents !== 0) factors.push(`eq${equivalents}`);
  return factors.join('.') || '1';
};

type Library = {
  readonly parser: ReturnType<typeof ucum.UcumLhcUtils.getInstance>['uStrParser_'];
  readonly table: ReturnType<typeof ucum.UnitTables.getInstance>;
};
type Unit = NonNullable<ReturnType<Library['table']['getUnitByCode']>>;

let loaded: Library | undefined;

/** Read when a unit is first met: many processes meet none, and its tables take tens of megabytes. */
const library = (): Library => {
  if (loaded !== undefined) return loaded;
  const require = createRequire(import.meta.url);
  const { UcumLhcUtils, UnitTables } = require('@lhncbc/ucum-lhc') as typeof ucum;
  const { uStrParser_: parser } = UcumLhcUtils.getInstance();
  loaded = { parser, table: UnitTables.getInstance() };
  return loaded;
};

/** The library's table is a bare object: `constructor` is found in it too. */
const isUnit = (found: Unit | null | undefined): found is Unit => {
  if (found === null || found === undefined) return false;
  const { magnitude_ } = found;
  return typeof magnitude_ === 'number';
};

/**
 * Not by the library's own getSpecifiedUnit: where its parser throws, that writes the code to the console, and a code is a client's text.
 */
const unitOf = (code: string): Unit | undefined => {
  const { parser, table } = library();
  const unit = table.getUnitByCode(code);
  if (isUnit(unit)) return unit;
  try {
    const [parsed, meant] = parser.parseString(code, 'validate');
    // It takes names and near misses for codes; UCUM does not.
    return meant === code && isUnit(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
};

/** UCUM's factors are decimals; what binary floating point adds to them is beyond fifteen digits. */
const decimalOf = (value: number): Big => new Big(value.toPrecision(15));

const conversionOf = (code: string): Conversion => {
  const unit = unitOf(code);
  if (unit === undefined) return { kind: 'unknown' };
  const { isArbitrary_, dim_, moleExp_, equivalentExp_, cnv_, magnitude_ } = unit;
  if (isArbitrary_) return { kind: 'arbitrary' };
  const { dimVec_ } = dim_ ?? { dimVec_: null };
  const name = named(dimVec_ ?? [], moleExp_, equivalentExp_);
  if (cnv_ === null) {
    const factor = decimalOf(magnitude_);
    return { kind: 'base', unit: name, convert: (value) => value.times(factor) };
  }
  const kelvin = unitOf('K');
  if (name !== 'K1' || kelvin === undefined) return { kind: 'arbitrary' };
  return { kind: 'base', unit: name, convert: (value) => decimalOf(kelvin.convertFrom(value.toNumber(), unit)) };
};

/**
 * UCUM §3: US-ASCII without space. No code that anybody uses is longer, or has more factors: the library takes half a millisecond for a
 * hundred of them, and a Bundle may hold a hundred thousand such codes.
 */
const mostFactors = 16;
const isPossible = (code: string): boolean =>
  /^[!-~]{1,100}$/.test(code) && code.split(/[./({]/, mostFactors + 1).length <= mostFactors;

/** A hospital uses a few hundred codes; a stranger's search may not fill the memory. */
const atMost = 2000;
const known = new Map<string, Conversion>();

export const conversion = (code: string): Conversion => {
  const before = known.get(code);
  if (before !== undefined) return before;
  if (!isPossible(code)) return { kind: 'unknown' };
  const found = conversionOf(code);
  if (known.size >= atMost) known.clear();
  known.set(code, found);
  return found;
};

/** What is wrong with a code of UCUM; undefined if nothing is. */
export const ucumFault = (code: string): string | undefined =>
  conversion(code).kind === 'unknown' ? 'is not a code of UCUM' : undefined;
