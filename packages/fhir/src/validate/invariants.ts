/** The invariants of the StructureDefinitions, evaluated by @medplum/core's FHIRPath. */
import { evalFhirPathTyped, parseFhirPath, type FhirPathAtom, type TypedValue } from '@medplum/core';
import { loadDefinitions } from '../definitions/definitions.ts';
import { isResourceType } from '../definitions/resource-types.ts';
import type { Constraint, Property, TypeSchema } from '../definitions/schema.ts';
import type { Issue } from '../outcome/operation-outcome.ts';
import { distinctFault } from './distinct-invariants.ts';

type JsonObject = { readonly [member: string]: unknown };
type Resource = JsonObject & { readonly resourceType: string };

const parsed = new Map<string, FhirPathAtom>();

const atomOf = (expression: string): FhirPathAtom => {
  const known = parsed.get(expression) ?? parseFhirPath(expression);
  parsed.set(expression, known);
  return known;
};

/** Types within which some element has an invariant: the others are not walked. */
const constrained = new Map<string, boolean>();

const isConstrained = (type: string): boolean => {
  const known = constrained.get(type);
  if (known !== undefined) return known;
  // Types that contain themselves are asked again while the first answer is out.
  constrained.set(type, false);
  const properties = [...(loadDefinitions().types.get(type)?.properties.values() ?? [])];
  const found = type === 'Resource' || properties.some((one) => one.constraints.length > 0 || isConstrained(one.type));
  constrained.set(type, found);
  return found;
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
type Around = { readonly resource: Resource; readonly root: Resource };

const typed = (resource: Resource): TypedValue => ({ type: resource.resourceType, value: resource });

class InvariantChecker {
  readonly issues: Issue[] = [];

  /** @param at FHIRPath of the resource */
  resource(resource: Resource, root: Resource, at: string): void {
    const schema = loadDefinitions().types.get(resource.resourceType);
    if (schema === undefined) return;
    const around = { resource, root };
    this.check(schema.constraints, typed(resource), around, at);
    const distinct = distinctFault(resource);
    if (distinct !== undefined)
      this.issues.push({ severity: 'error', code: 'invariant', expression: at, diagnostics: distinct });
    this.members(resource, schema, around, at);
  }

  private members(holder: JsonObject, schema: TypeSchema, around: Around, at: string): void {
    for (const [member, content] of Object.entries(holder)) {
      const property = schema.properties.get(member);
      if (property === undefined || content === undefined) continue;
      if (property.constraints.length === 0 && !isConstrained(property.type)) continue;
      const path = `${at}.${property.element}`;
      if (!Array.isArray(content)) this.element(content, property, around, path);
      else content.forEach((item, index) => this.element(item, property, around, `${path}[${index}]`));
    }
  }

  private element(value: unknown, property: Property, around: Around, at: string): void {
    if (value === null) return;
    this.check(property.constraints, { type: property.type, value }, around, at);
    if (typeof value !== 'object') return;
    if (property.kind === 'resource') this.inner(value as Resource, property, around, at);
    else {
      const schema = loadDefinitions().types.get(property.type);
      if (schema !== undefined && isConstrained(property.type)) this.members(value as JsonObject, schema, around, at);
    }
  }

  /** A contained resource lives in the one around it; an entry of a Bundle is a root of its own (R4 references.html#contained). */
  private inner(resource: Resource, { element }: Property, around: Around, at: string): void {
    if (isResourceType(resource.resourceType))
      this.resource(resource, element === 'contained' ? around.root : resource, at);
  }

  /** Of several that are broken the first is told. */
  private check(constraints: readonly Constraint[], value: TypedValue, around: Around, at: string): void {
    for (const { key, expression, sentence } of constraints) {
      const verdict = holds(expression, value, around);
      if (verdict === 'holds') continue;
      const told = verdict === 'broken' ? `Constraint ${key} not met: ${sentence}` : 'could not be validated';
      const code = verdict === 'broken' ? 'invariant' : 'exception';
      this.issues.push({ severity: 'error', code, expression: at, diagnostics: told });
      return;
    }
  }
}

/** `unknown`: an invariant that could not be evaluated is not known to hold. */
const holds = (expression: string, given: TypedValue, { resource, root }: Around): 'holds' | 'broken' | 'unknown' => {
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

/**
 * Issues of a resource that has passed StructureValidator, contained resources and Bundle entries included. What they say is the
 * definition's own sentence, never the record's.
 */
export const invariantIssues = (resource: { readonly resourceType: string }): readonly Issue[] => {
  const checker = new InvariantChecker();
  const whole: Resource = { ...resource };
  checker.resource(whole, whole, resource.resourceType);
  return checker.issues;
};
