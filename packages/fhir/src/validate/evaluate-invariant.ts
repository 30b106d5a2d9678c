/** An invariant as FHIRPath, evaluated by @medplum/core, without its own tables of types. */
import { evalFhirPathTyped, parseFhirPath, type FhirPathAtom, type TypedValue } from '@medplum/core';
import { loadDefinitions } from '../definitions/definitions.ts';
import type { Constraint } from '../definitions/schema.ts';
import { linearInvariants } from './linear-invariants.ts';

type JsonObject = { readonly [member: string]: unknown };
export type Resource = JsonObject & { readonly resourceType: string };

const parsed = new Map<string, FhirPathAtom>();

const atomOf = (expression: string): FhirPathAtom => {
  const known = parsed.get(expression) ?? parseFhirPath(expression);
  parsed.set(expression, known);
  return known;
};

/** Elements whose names begin those of others: `response` of `responseCode`. */
const beginnings = new Map<string, readonly string[]>();

const beginningsOf = (type: string): readonly string[] => {
  const known = beginnings.get(type);
  if (known !== undefined) return known;
  const schema = loadDefinitions().types.get(type);
  const members = [...(schema?.properties.keys() ?? [])];
  const found = [...(schema?.members.keys() ?? [])].filter(
    (element) => members.includes(element) && members.some((name) => name !== element && name.startsWith(element)),
  );
  beginnings.set(type, found);
  return found;
};

/** The engine takes an absent `response` for a choice of types and finds `responseCode`; it does not look for what is there, if undefined. */
const unmistakable = ({ type, value }: TypedValue): TypedValue => {
  const names = beginningsOf(type).filter((name) => !Object.hasOwn(value as object, name));
  if (names.length === 0) return { type, value };
  return { type, value: { ...(value as object), ...Object.fromEntries(names.map((name) => [name, undefined])) } };
};

/** What `%resource` and `%rootResource` are. */
export type Around = { readonly resource: Resource; readonly root: Resource };

export const typed = (resource: Resource): TypedValue => ({ type: resource.resourceType, value: resource });

/** `unknown`: an invariant that could not be evaluated is not known to hold. */
export const evaluateInvariant = (
  { key, expression }: Constraint,
  given: TypedValue,
  { resource, root }: Around,
): 'holds' | 'broken' | 'unknown' => {
  const linear = linearInvariants.get(key);
  if (linear !== undefined) return linear(given.value as JsonObject, resource) ? 'holds' : 'broken';
  const value = typeof given.value === 'object' ? unmistakable(given) : given;
  const variables = {
    '%context': value,
    '%resource': typed(resource),
    '%rootResource': typed(root),
    '%ucum': { type: 'string', value: 'http://unitsofmeasure.org' },
  };
  try {
    const [first, ...more] = evalFhirPathTyped(atomOf(expression), [value], variables);
    return more.length === 0 && first?.value === true ? 'holds' : 'broken';
  } catch {
    // Its message may quote the record.
    return 'unknown';
  }
};
