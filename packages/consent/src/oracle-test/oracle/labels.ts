/** B10 and B8: the orders of codes, each written out. */
import type { Coding, RawResource } from './world.ts';

const order = 'ULMNRV';

/** Each sensitivity code of the tests with itself and everything below it. */
const sensitivities: Readonly<Record<string, readonly string[]>> = {
  HIV: ['HIV'],
  SPI: ['SPI', 'BH', 'COGN'],
  BH: ['BH', 'COGN'],
  COGN: ['COGN'],
  GDIS: ['GDIS'],
};

/** B8: each purpose of the tests with everything below it but BTG. */
const purposes: Readonly<Record<string, readonly string[]>> = {
  TREAT: ['TREAT', 'CLINTRL', 'COC', 'ETREAT', 'POPHLTH', 'ERTREAT'],
  ETREAT: ['ETREAT', 'ERTREAT'],
  ERTREAT: ['ERTREAT'],
  HPAYMT: ['HPAYMT', 'CLMATTCH', 'COVAUTH', 'COVERAGE', 'REMITADV', 'ELIGDTRM'],
  COVERAGE: ['COVERAGE', 'ELIGDTRM'],
  ELIGDTRM: ['ELIGDTRM'],
  HRESCH: ['HRESCH', 'BIORCH', 'CLINTRCH', 'CLINTRCHNPC'],
  CLINTRCH: ['CLINTRCH', 'CLINTRCHNPC'],
  BTG: ['BTG'],
};

export const isPurpose = (code: string): boolean => Object.values(purposes).some((all) => all.includes(code));
export const isBelow = (general: string, special: string): boolean => (purposes[general] ?? []).includes(special);

/** The value sets' answer for the codes of the tests; of none here is more than one thing known. */
const known: Readonly<Record<string, string>> = { B20: 'HIV', '20447-9': 'HIV' };

export type Found = { readonly level: string; readonly sensitive: readonly string[] };

/** N if nothing is said; at least R with a sensitivity; what came along can only raise. */
export const labelsFound = (resource: RawResource, isLabelled: boolean): Found | 'not-yet' => {
  if (!isLabelled) return 'not-yet';
  const own = (resource.meta?.security ?? []).map(({ code }) => code);
  const concepts = [...(resource.code === undefined ? [] : [resource.code]), ...(resource.category ?? [])];
  const derived = concepts.flatMap(({ coding }) => coding.flatMap(({ code }) => known[code] ?? []));
  const sensitive = [...own.filter((code) => code in sensitivities), ...derived];
  const levels = ['N', ...own.filter((code) => order.includes(code)), ...(sensitive.length > 0 ? ['R'] : [])];
  return { level: levels.toSorted((a, b) => order.indexOf(b) - order.indexOf(a))[0] ?? 'V', sensitive };
};

/**
 * A permit's sensitivity codes cover a record only if all that is known of it is among them and nothing else makes it V; the text
 * leaves that open. What is coded as the wider, or not labelled at all, may be what a denial names.
 */
export const mayBeLabelled = (
  type: 'permit' | 'deny',
  listed: readonly Coding[],
  found: Found | 'not-yet',
): readonly boolean[] => {
  const level = order.indexOf(found === 'not-yet' ? 'V' : found.level);
  const levels = listed.flatMap(({ code }) => (order.includes(code) ? [order.indexOf(code)] : []));
  const codes = listed.flatMap(({ code }) => (order.includes(code) ? [] : [code]));
  if (levels.some((each) => (type === 'permit' ? level <= each : level >= each))) return [true];
  if (found === 'not-yet') return type === 'deny' && codes.length > 0 ? [true, false] : [false];
  const isNamed = (one: string) => codes.some((code) => isAtOrBelow(code, one));
  const { sensitive } = found;
  if (type === 'permit') return [sensitive.length > 0 && sensitive.every(isNamed) && level <= order.indexOf('R')];
  if (sensitive.some(isNamed)) return [true];
  return sensitive.some((one) => codes.some((code) => mayBe(code, one))) ? [true, false] : [false];
};

const isAtOrBelow = (general: string, special: string) => (sensitivities[general] ?? []).includes(special);
const protectedToo: ReadonlySet<string> = new Set(['SPI', 'HIV', 'GDIS']);
const mayBe = (listed: string, one: string): boolean =>
  isAtOrBelow(one, listed) || ([listed, one].includes('SPI') && protectedToo.has(listed) && protectedToo.has(one));
