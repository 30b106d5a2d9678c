/** Valid resources, each with one thing broken: rejected, and the place is named. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { loadDefinitions } from '../definitions/definitions.ts';
import { isResourceType } from '../definitions/resource-types.ts';
import type { Property, TypeSchema } from '../definitions/schema.ts';
import { hasErrors } from '../outcome/operation-outcome.ts';
import { validateResource } from './validate-resource.ts';

type JsonObject = { [member: string]: unknown };
type Kind = 'removed' | 'type' | 'code' | 'date' | 'extra' | 'cardinality';

/** How to break it in place, how to mend it, and the FHIRPath that the issue must name. */
type Mutation = { readonly kind: Kind; readonly path: string; readonly apply: () => void; readonly undo: () => void };

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const set = (kind: Kind, path: string, holder: JsonObject, member: string, value: unknown): Mutation => {
  const before = holder[member];
  const apply = (): void => {
    if (value === undefined) delete holder[member];
    else holder[member] = value;
  };
  const undo = (): void => {
    if (before === undefined) delete holder[member];
    else holder[member] = before;
  };
  return { kind, path, apply, undo };
};

const dates: ReadonlySet<string> = new Set(['date', 'dateTime', 'instant']);

function* ofMember(
  holder: JsonObject,
  member: string,
  property: Property,
  schema: TypeSchema,
  path: string,
): Generator<Mutation> {
  const content = holder[member];
  const at = `${path}.${property.element}`;
  const first = Array.isArray(content) ? `${at}[0]` : at;
  const whole = (value: unknown): unknown => (Array.isArray(content) ? [value, ...content.slice(1)] : value);
  if (schema.required.some(({ element }) => element === property.element) && holder[`_${member}`] === undefined)
    // What is left of an element that had nothing else is an empty object.
    yield set('removed', Object.keys(holder).length === 1 ? path : at, holder, member, undefined);
  yield set('cardinality', at, holder, member, Array.isArray(content) ? content[0] : [content]);
  if (Array.isArray(content)) yield set('cardinality', at, holder, member, []);
  if (property.kind !== 'primitive') yield set('type', first, holder, member, whole('text'));
  else yield set('type', first, holder, member, whole({ value: content }));
  if (dates.has(property.type)) yield set('date', first, holder, member, whole('2020-02-31'));
  if (property.type === 'code' && property.codes !== undefined)
    yield set('code', first, holder, member, whole('no-such-code'));
}

function* mutations(holder: JsonObject, type: string, path: string): Generator<Mutation> {
  const schema = loadDefinitions().types.get(type);
  if (schema === undefined) return;
  yield set('extra', `${path}.colour`, holder, 'colour', 'red');
  for (const [member, content] of Object.entries(holder)) {
    const property = schema.properties.get(member);
    if (property === undefined || content === null) continue;
    yield* ofMember(holder, member, property, schema, path);
    for (const [index, item] of (Array.isArray(content) ? content : [content]).entries()) {
      if (!isObject(item)) continue;
      const own = property.type === 'Resource' ? String(item['resourceType']) : property.type;
      yield* mutations(item, own, `${path}.${property.element}${Array.isArray(content) ? `[${index}]` : ''}`);
    }
  }
}

const folder = new URL('.', import.meta.resolve('hl7.fhir.r4.examples/package.json'));
const definitional = /^(SearchParameter|ValueSet|CodeSystem|StructureDefinition|ConceptMap|OperationDefinition)-/;
/** Some Bundles are all definitions of R4. */
const maxBytes = 500_000;

describe('a mutation', () => {
  it('is rejected at its place, and what was mended is accepted', () => {
    const tried: Record<Kind, number> = { removed: 0, type: 0, code: 0, date: 0, extra: 0, cardinality: 0 };
    for (const file of readdirSync(folder)) {
      if (!/^[A-Z]\w+-.*\.json$/.test(file) || definitional.test(file)) continue;
      const bytes = readFileSync(new URL(file, folder));
      if (bytes.length > maxBytes) continue;
      const resource = JSON.parse(bytes.toString()) as JsonObject;
      const { resourceType } = resource;
      if (!isResourceType(resourceType) || hasErrors(validateResource(resource))) continue;
      const all = [...mutations(resource, resourceType, resourceType)];
      // Forty of each resource, spread over it.
      const stride = Math.max(1, Math.floor(all.length / 40));
      for (const { kind, path, apply, undo } of all.filter((_, index) => index % stride === 0)) {
        apply();
        const issues = validateResource(resource).filter(({ severity }) => severity === 'error');
        undo();
        const places = issues.map(({ expression }) => expression);
        assert.ok(places.includes(path), `${file}: ${kind} at ${path}, told ${places.slice(0, 5).join(', ')}`);
        tried[kind] += 1;
      }
      assert.ok(!hasErrors(validateResource(resource)), file);
    }
    for (const [kind, count] of Object.entries(tried)) assert.ok(count > 300, `${kind}: ${count}`);
  });
});
