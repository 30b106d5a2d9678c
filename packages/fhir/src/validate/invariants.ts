/** The invariants of R4's StructureDefinitions. */
import type { TypedValue } from '@medplum/core';
import { loadDefinitions } from '../definitions/definitions.ts';
import { isResourceType } from '../definitions/resource-types.ts';
import type { Constraint, Property, TypeSchema } from '../definitions/schema.ts';
import type { Issue } from '../outcome/operation-outcome.ts';
import { evaluateInvariant, typed, type Around, type Resource } from './evaluate-invariant.ts';
import { maxIssues } from './policy.ts';

type JsonObject = { readonly [member: string]: unknown };

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
      if (member.startsWith('_')) this.shadow(content, `${at}.${member.slice(1)}`, around);
      const property = schema.properties.get(member);
      if (property === undefined || content === undefined) continue;
      if (property.kind === 'primitive' && property.constraints.length === 0) continue;
      const path = `${at}.${property.element}`;
      if (!Array.isArray(content)) this.element(content, property, around, path);
      else content.forEach((item, index) => this.element(item, property, around, `${path}[${index}]`));
    }
  }

  /** What stands beside a primitive: extensions. */
  private shadow(content: unknown, at: string, around: Around): void {
    const schema = loadDefinitions().types.get('Element');
    if (schema === undefined) return;
    const each = (item: unknown, path: string): void => {
      if (typeof item === 'object' && item !== null) this.members(item as JsonObject, schema, around, path);
    };
    if (Array.isArray(content)) content.forEach((item, index) => each(item, `${at}[${index}]`));
    else each(content, at);
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
      const verdict = evaluateInvariant(constraint, value, around);
      if (verdict === 'holds') continue;
      const told = verdict === 'broken' ? `Constraint ${key} not met: ${sentence}` : 'could not be validated';
      const code = verdict === 'broken' ? 'invariant' : 'exception';
      this.issues.push({ severity: 'error', code, expression: at, diagnostics: told });
      return;
    }
  }
}

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
