/** https://ucum.org/ucum, by the library of the U.S. National Library of Medicine. */
import ucum from '@lhncbc/ucum-lhc';

export const ucumSystem = 'http://unitsofmeasure.org';

/** What a code converts to. `none`: it is no code of UCUM, or one of an arbitrary unit, which converts to nothing else. */
export type Conversion =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'base';
      /** Names the base units: equal for whatever converts into each other. */
      readonly unit: string;
      /** From a number of these units to one of base units. */
      readonly convert: (value: number) => number;
    };

const none: Conversion = { kind: 'none' };

const base = ['m', 's', 'g', 'rad', 'K', 'C', 'cd'];

const named = (dimensions: readonly number[], moles: number): string => {
  const factors = dimensions.flatMap((exponent, place) => (exponent === 0 ? [] : [`${base[place]}${exponent}`]));
  return [...factors, ...(moles === 0 ? [] : [`mol${moles}`])].join('.') || '1';
};

type Utils = ReturnType<typeof ucum.UcumLhcUtils.getInstance>;
let utils: Utils | undefined;

const specified = (code: string): ReturnType<Utils['getSpecifiedUnit']> => {
  utils ??= ucum.UcumLhcUtils.getInstance();
  return utils.getSpecifiedUnit(code, 'validate');
};

/** The library takes names and near misses for codes; UCUM does not. */
const isCode = (code: string): boolean => /^[!-~]{1,100}$/.test(code) && specified(code).status === 'valid';

const conversionOf = (code: string): Conversion => {
  if (!isCode(code)) return none;
  const { unit } = specified(code);
  if (unit === null) return none;
  const { isArbitrary_, dim_, moleExp_, cnv_, magnitude_ } = unit;
  if (isArbitrary_) return none;
  const { dimVec_ } = dim_ ?? { dimVec_: null };
  const name = named(dimVec_ ?? [], moleExp_);
  if (cnv_ === null) return { kind: 'base', unit: name, convert: (value) => value * magnitude_ };
  const kelvin = specified('K').unit;
  if (name !== 'K1' || kelvin === null) return none;
  return { kind: 'base', unit: name, convert: (value) => kelvin.convertFrom(value, unit) };
};

/** A hospital uses a few hundred codes; a stranger's search may not fill the memory. */
const atMost = 2000;
const known = new Map<string, Conversion>();

export const conversion = (code: string): Conversion => {
  const found = known.get(code) ?? conversionOf(code);
  if (known.size >= atMost) known.clear();
  known.set(code, found);
  return found;
};

/** What is wrong with a code of UCUM; undefined if nothing is. */
export const ucumFault = (code: string): string | undefined =>
  conversion(code).kind === 'base' || isCode(code) ? undefined : 'is not a code of UCUM';
