/** Members, types, cardinality, formats and codes against the StructureDefinitions: all but the invariants. */
import { isObject } from '../json/is-object.ts';
import { loadDefinitions } from '../definitions/definitions.ts';
import { isResourceType } from '../definitions/resource-types.ts';
import type { Property, TypeSchema } from '../definitions/schema.ts';
import { pathOf } from '../json/json-error.ts';
import type { IssueType } from '../outcome/operation-outcome.ts';
import { parseReference } from '../references/parse-reference.ts';
import { dataTypeFault } from './data-type-invariants.ts';
import { narrativeFault } from './narrative.ts';
import { maxIssues, type LevelledIssue } from './policy.ts';
import { codeFault } from './required-binding.ts';
import { primitiveFault } from './primitives.ts';

type JsonObject = { readonly [member: string]: unknown };

export class StructureValidator {
  readonly issues: LevelledIssue[] = [];
  private readonly told = new Map<LevelledIssue['level'], number>();
  private readonly types = loadDefinitions().types;
  private readonly root: unknown;
  private readonly path: (string | number)[];
  /** Resources around the element, the outermost first. */
  private readonly resources: JsonObject[] = [];
  private readonly contained = new WeakMap<JsonObject, ReadonlySet<unknown>>();

  constructor(root: unknown, path: readonly (string | number)[] = []) {
    this.root = root;
    this.path = [...path];
  }

  resource(value: unknown): void {
    if (!isObject(value)) return this.report('structure', 'must be a resource: a JSON object');
    const type = value['resourceType'];
    if (!isResourceType(type)) return this.reportAt('resourceType', 'structure', 'must be a resource type of R4');
    this.resources.push(value);
    this.object(value, type);
    this.resources.pop();
  }

  private object(value: JsonObject, type: string): void {
    const schema = this.types.get(type);
    if (schema === undefined) throw new Error(`R4 defines no type ${type}`);
    if (Object.keys(value).length === 0) return this.report('structure', 'must not be an empty object');
    const chosen = new Map<string, string>();
    for (const [member, content] of Object.entries(value)) {
      if (content === undefined || (member === 'resourceType' && isResourceType(type))) continue;
      this.member(schema, value, member, content, chosen);
    }
    for (const { element, members } of schema.required) {
      const present = members.some((name) => value[name] !== undefined || value[`_${name}`] !== undefined);
      if (!present) this.reportAt(element, 'required', 'is required');
    }
  }

  private member(
    schema: TypeSchema,
    holder: JsonObject,
    member: string,
    content: unknown,
    chosen: Map<string, string>,
  ): void {
    const shadow = member.startsWith('_');
    const name = shadow ? member.slice(1) : member;
    const property = schema.properties.get(name);
    if (property === undefined || (shadow && property.kind !== 'primitive'))
      return this.reportAt(member, 'structure', `is not an element of ${schema.name}`);
    const before = chosen.get(property.element);
    if (before !== undefined && before !== name)
      return this.reportAt(property.element, 'structure', 'has values of two types');
    chosen.set(property.element, name);
    this.path.push(property.element);
    if (property.repeats) this.repeated(property, holder, name, shadow, content);
    else if (Array.isArray(content)) this.report('structure', 'must not be an array');
    else this.single(property, shadow, content);
    this.path.pop();
  }

  private repeated(property: Property, holder: JsonObject, name: string, shadow: boolean, content: unknown): void {
    if (!Array.isArray(content)) return this.report('structure', 'must be an array');
    if (content.length === 0) return this.report('structure', 'must not be an empty array');
    const partner = holder[shadow ? name : `_${name}`];
    content.forEach((item, index) => {
      this.path.push(index);
      // R4 json.html#primitive: null only keeps the place in an array of primitives whose twin has something there.
      const placeholder =
        item === null && property.kind === 'primitive' && Array.isArray(partner) && (partner[index] ?? null) !== null;
      if (!placeholder) this.single(property, shadow, item);
      this.path.pop();
    });
  }

  private single(property: Property, shadow: boolean, value: unknown): void {
    if (value === null) this.report('structure', 'must not be null');
    else if (shadow) this.complex(value, 'Element');
    else if (property.kind === 'resource') this.resource(value);
    else if (property.kind === 'primitive') this.primitive(property, value);
    else {
      this.complex(value, property.type);
      if (isObject(value)) this.coded(property, value);
      if (property.type === 'Reference' && isObject(value)) this.reference(value, property);
    }
  }

  private complex(value: unknown, type: string): void {
    if (!isObject(value)) return this.report('structure', 'must be a JSON object');
    this.object(value, type);
    const fault = dataTypeFault(type, value);
    if (fault !== undefined) this.report('invariant', fault, 'invariants');
  }

  private primitive(property: Property, value: unknown): void {
    const fault = primitiveFault(property.type, value);
    if (fault !== undefined) return this.report('value', fault);
    this.coded(property, value);
    const narrative = property.type === 'xhtml' ? narrativeFault(String(value)) : undefined;
    if (narrative !== undefined) this.report('invariant', narrative, 'invariants');
  }

  private coded(property: Property, value: unknown): void {
    const fault = property.codes && codeFault(property.type, property.codes, value);
    if (fault !== undefined) this.report('code-invalid', fault, 'bindings');
  }

  private reference({ reference, type }: JsonObject, { targets }: Property): void {
    if (targets !== undefined && typeof type === 'string' && isResourceType(type) && !targets.has(type))
      this.reportAt('type', 'value', 'is a type that this element does not point to', 'references');
    if (typeof reference !== 'string') return;
    const parsed = parseReference(reference, '');
    if (parsed.kind === 'malformed') this.reportAt('reference', 'value', 'is not a valid reference');
    if (
      targets !== undefined &&
      (parsed.kind === 'relative' || parsed.kind === 'conditional') &&
      !targets.has(parsed.type)
    )
      this.reportAt('reference', 'value', 'points to a type that this element does not point to', 'references');
    if (parsed.kind === 'fragment' && parsed.id !== '' && !this.isContained(parsed.id))
      this.report('invariant', 'ref-1: SHALL have a contained resource if a local reference is provided', 'invariants');
  }

  /** R4 references.html#contained: `#id` looks into the innermost resource that is not contained itself. */
  private isContained(id: string): boolean {
    const container = this.resources.at(this.path.includes('contained') ? -2 : -1);
    return container !== undefined && this.containedIds(container).has(id);
  }

  private containedIds(container: JsonObject): ReadonlySet<unknown> {
    const { contained } = container;
    const known =
      this.contained.get(container) ??
      new Set(Array.isArray(contained) ? contained.filter(isObject).map(({ id }) => id) : []);
    this.contained.set(container, known);
    return known;
  }

  private reportAt(
    element: string,
    code: IssueType,
    diagnostics: string,
    level: LevelledIssue['level'] = 'structure',
  ): void {
    this.path.push(element);
    this.report(code, diagnostics, level);
    this.path.pop();
  }

  private report(code: IssueType, diagnostics: string, level: LevelledIssue['level'] = 'structure'): void {
    const told = this.told.get(level) ?? 0;
    if (told >= maxIssues) return;
    this.told.set(level, told + 1);
    const expression = pathOf(this.root, this.path);
    this.issues.push({ severity: 'error', code, ...(expression === '' ? {} : { expression }), diagnostics, level });
  }
}
