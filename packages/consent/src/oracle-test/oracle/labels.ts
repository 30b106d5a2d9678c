/** B10: what a record is labelled with, and what a rule's labels say of it. */
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

/** The value sets' answer for the codes of the tests; of none here is more than one thing known. */
const known: Readonly<Record<string, string>> = { B20: 'HIV', '20447-9': 'HIV' };

export type Found = { readonly level: string; readonly sensitive: readonly string[] };

const higher = (a: string, b: string): string => (order.indexOf(a) > order.indexOf(b) ? a : b);

/** N if nothing is said; at least R with a sensitivity; what came along can only raise; what is contained adds its own (B11). */
const ownLabels = (resource: RawResource): Found => {
  const own = (resource.meta?.security ?? []).map(({ code }) => code);
  const { type } = resource;
  const concepts = [
    ...(resource.code === undefined ? [] : [resource.code]),
    ...(typeof type === 'object' ? [type] : []),
    ...(resource.category ?? []),
    ...(resource.component ?? []).map(({ code }) => code),
  ];
  const derived = concepts.flatMap(({ coding }) => coding.flatMap(({ code }) => known[code] ?? []));
  const inside = (resource.contained ?? []).map(ownLabels);
  const sensitive = [
    ...own.filter((code) => code in sensitivities),
    ...derived,
    ...inside.flatMap((each) => each.sensitive),
  ];
  const levels = [
    'N',
    ...own.filter((code) => order.includes(code)),
    ...inside.map(({ level }) => level),
    ...(sensitive.length > 0 ? ['R'] : []),
  ];
  return { level: levels.reduce(higher), sensitive };
};

/** The labels of a record, and of the document that it is a part of. A Binary's content no code tells of. */
export const labelsFound = (parts: readonly RawResource[], isLabelled: boolean): Found | 'not-yet' => {
  if (!isLabelled || parts.some(({ resourceType }) => resourceType === 'Binary')) return 'not-yet';
  const each = parts.map(ownLabels);
  return {
    level: each.map(({ level }) => level).reduce(higher),
    sensitive: each.flatMap(({ sensitive }) => sensitive),
  };
};

/** All that may be true of "the rule's labels match the record" (readings 3 to 5 in oracle.ts). */
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
