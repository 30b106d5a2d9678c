/** The invariants of the StructureDefinitions, evaluated by @medplum/core's FHIRPath. */
import { evalFhirPathTyped, parseFhirPath, type FhirPathAtom, type TypedValue } from '@medplum/core';
import { loadDefinitions } from '../definitions/definitions.ts';
import { isResourceType } from '../definitions/resource-types.ts';
import type { Constraint, Property, TypeSchema } from '../definitions/schema.ts';
import type { Issue } from '../outcome/operation-outcome.ts';
import { linearInvariants } from './linear-invariants.ts';
import { maxIssues } from './policy.ts';

type JsonObject = { readonly [member: string]: unknown };
type Resource = JsonObject & { readonly resourceType: string };

const parsed = new Map<string, FhirPathAtom>();

const atomOf = (expression: string): FhirPathAtom => {
  const known = parsed.get(expression) ?? parseFhirPath(expression);
  parsed.set(expression, known);
  return known;
};

const ofProperties = new WeakMap<Property, readonly Constraint[]>();

/** Those of the element and those of its data type, which repeats some of a nested element. */
const constraintsOf = (property: Property): readonly Constraint[] => {
  const known = ofProperties.get(property);
  if (known !== undefined) return known;
  const { constraints, kind, type } = property;
  const ofType = kind === 'complex' ? (loadDefinitions().types.get(type)?.constraints ?? []) : [];
  const all = [...constraints, ...ofType.filter(({ key }) => !constraints.some((one) => one.key === key))];
  ofProperties.set(property, all);
  return all;
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
    this.members(resource, schema, around, at);
  }

  private members(holder: JsonObject, schema: TypeSchema, around: Around, at: string): void {
    for (const [member, content] of Object.entries(holder)) {
      const property = schema.properties.get(member);
      if (property === undefined || content === undefined) continue;
      if (property.kind === 'primitive' && property.constraints.length === 0) continue;
      const path = `${at}.${property.element}`;
      if (!Array.isArray(content)) this.element(content, property, around, path);
      else content.forEach((item, index) => this.element(item, property, around, `${path}[${index}]`));
    }
  }

  private element(value: unknown, property: Property, around: Around, at: string): void {
    if (value === null) return;
    this.check(constraintsOf(property), { type: property.type, value }, around, at);
    if (typeof value !== 'object') return;
    if (property.kind === 'resource') this.inner(value as Resource, property, around, at);
    else {
      const schema = loadDefinitions().types.get(property.type);
      if (schema !== undefined) this.members(value as JsonObject, schema, around, at);
    }
  }

  /** A contained resource lives in the one around it; an entry of a Bundle is a root of its own (R4 references.html#contained). */
  private inner(resource: Resource, { element }: Property, around: Around, at: string): void {
    if (isResourceType(resource.resourceType))
      this.resource(resource, element === 'contained' ? around.root : resource, at);
  }

  /** Of several that are broken the first is told. */
  private check(constraints: readonly Constraint[], value: TypedValue, around: Around, at: string): void {
    for (const constraint of constraints) {
      if (this.issues.length >= maxIssues) return;
      const { key, sentence } = constraint;
      const verdict = holds(constraint, value, around);
      if (verdict === 'holds') continue;
      const told = verdict === 'broken' ? `Constraint ${key} not met: ${sentence}` : 'could not be validated';
      const code = verdict === 'broken' ? 'invariant' : 'exception';
      this.issues.push({ severity: 'error', code, expression: at, diagnostics: told });
      return;
    }
  }
}

/** `unknown`: an invariant that could not be evaluated is not known to hold. */
const holds = (
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
