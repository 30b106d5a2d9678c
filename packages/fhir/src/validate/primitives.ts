/**
 * The formats of https://hl7.org/fhir/R4/datatypes.html#primitive, as its regular expressions state them. Three are
 * written otherwise: strings by what they exclude, base64Binary so that it cannot backtrack, uuid in either case as RFC
 * 4122 §3 demands of readers.
 */

const year = '([0-9]([0-9]([0-9][1-9]|[1-9]0)|[1-9]00)|[1-9]000)';
const month = '(0[1-9]|1[0-2])';
const day = '(0[1-9]|[1-2][0-9]|3[0-1])';
const time = '([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)(\\.[0-9]+)?';
const zone = '(Z|(\\+|-)((0[0-9]|1[0-3]):[0-5][0-9]|14:00))';

// From the space upwards, and tab, line feed and carriage return.
const text = /^[ -\u{10ffff}\t\n\r]*$/u;
const word = /^\S+$/;

const formats: ReadonlyMap<string, RegExp> = new Map([
  ['base64Binary', /^[A-Za-z0-9+/\s]*(?:=\s*){0,2}$/],
  ['canonical', word],
  ['code', /^[^\s]+(\s[^\s]+)*$/],
  ['date', new RegExp(`^${year}(-${month}(-${day})?)?$`)],
  ['dateTime', new RegExp(`^${year}(-${month}(-${day}(T${time}${zone})?)?)?$`)],
  ['id', /^[A-Za-z0-9\-.]{1,64}$/],
  ['instant', new RegExp(`^${year}-${month}-${day}T${time}${zone}$`)],
  ['markdown', text],
  ['oid', /^urn:oid:[0-2](\.(0|[1-9][0-9]*))+$/],
  ['string', text],
  ['time', new RegExp(`^${time}$`)],
  ['uri', word],
  ['url', word],
  ['uuid', /^urn:uuid:[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$/],
  ['xhtml', /^\s*<div[\s>/]/],
]);

/** R4: integers have 32 bits. */
const integers: ReadonlyMap<string, number> = new Map([
  ['integer', -2_147_483_648],
  ['unsignedInt', 0],
  ['positiveInt', 1],
]);

const base64Length = (value: string): number => (/\s/.test(value) ? value.replaceAll(/\s/g, '') : value).length;

const dayExists = (value: string): boolean => {
  if (value.length < 10) return true;
  const [y, m, d] = value.slice(0, 10).split('-').map(Number);
  const date = new Date(0);
  date.setUTCFullYear(y ?? 0, (m ?? 0) - 1, d);
  return date.getUTCDate() === d;
};

/** Undefined if `value` is a JSON value that the R4 primitive `type` allows; else what it should have been. */
export const primitiveFault = (type: string, value: unknown): string | undefined => {
  const least = integers.get(type);
  if (least !== undefined) {
    const fits = Number.isInteger(value) && (value as number) >= least && (value as number) <= 2_147_483_647;
    return fits ? undefined : `must be a JSON number that is a valid ${type}`;
  }
  if (type === 'decimal') return Number.isFinite(value) ? undefined : 'must be a JSON number that is a valid decimal';
  if (type === 'boolean') return typeof value === 'boolean' ? undefined : 'must be true or false';
  if (typeof value !== 'string') return 'must be a JSON string';
  if (value.trim() === '') return 'must not be empty';
  if (formats.get(type)?.test(value) === false) return `is not a valid ${type}`;
  if (type === 'base64Binary' && base64Length(value) % 4 !== 0) return `is not a valid ${type}`;
  if ((type === 'date' || type === 'dateTime' || type === 'instant') && !dayExists(value))
    return `is not a valid ${type}`;
  return undefined;
};
