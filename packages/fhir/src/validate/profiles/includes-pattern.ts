import { isObject } from '../../json/is-object.ts';

/** fixed[x], https://hl7.org/fhir/R4/elementdefinition.html#ElementDefinition.fixed_x_: exactly this, in whatever order the members are. */
export const equalsFixed = (value: unknown, fixed: unknown): boolean => {
  if (Array.isArray(fixed))
    return (
      Array.isArray(value) &&
      value.length === fixed.length &&
      fixed.every((item, place) => equalsFixed(value[place], item))
    );
  if (!isObject(fixed)) return value === fixed;
  if (!isObject(value) || Object.keys(value).length !== Object.keys(fixed).length) return false;
  return Object.entries(fixed).every(([member, item]) => equalsFixed(value[member], item));
};

/** pattern[x]: at least this; of an array each item somewhere. */
export const includesPattern = (value: unknown, pattern: unknown): boolean => {
  if (Array.isArray(pattern))
    return Array.isArray(value) && pattern.every((item) => value.some((one) => includesPattern(one, item)));
  if (!isObject(pattern)) return value === pattern;
  return isObject(value) && Object.entries(pattern).every(([member, item]) => includesPattern(value[member], item));
};
