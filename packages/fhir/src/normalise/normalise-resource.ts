/** Codes and identifiers by the canonical URL of their system, beside those that came by an alias. */
import { isObject } from '../json/is-object.ts';
import { loadDefinitions } from '../definitions/definitions.ts';
import { isResourceType } from '../definitions/resource-types.ts';
import type { Property } from '../definitions/schema.ts';
import { pathOf } from '../json/json-error.ts';
import { rewriting, signedTargets } from '../references/normalise-references.ts';
import { ucumFault, ucumSystem } from '../ucum/units.ts';
import { canonicalCoding, canonicalIdentifier } from './added-element.ts';
import { canonicalCodeSystem, canonicalIdentifierSystem } from './canonical-system.ts';
import type { Normalisation, NormalisationChange } from './normalisation-change.ts';

type JsonObject = { readonly [member: string]: unknown };

/** A record with a hundred thousand aliases is answered with the first ones: an answer must not outgrow its question. */
const maxTold = 1000;

/**
 * Signature: what it covers must stay. ElementDefinition: a code there is a pattern that others must match, not a code that somebody
 * has.
 */
const untouched: ReadonlySet<string> = new Set(['Signature', 'ElementDefinition']);

const quantities: ReadonlySet<string> = new Set(['Quantity', 'Age', 'Count', 'Distance', 'Duration']);

/** The same thing by its canonical system; undefined if it has that already, or none is known. */
type Canonical = { readonly key: string; readonly make: () => JsonObject };

const ofCoding = (coding: JsonObject): Canonical | undefined => {
  const { system, code } = coding;
  if (typeof system !== 'string' || typeof code !== 'string') return undefined;
  const canonical = canonicalCodeSystem(system, code);
  return canonical === undefined
    ? undefined
    : { key: `${canonical}|${code}`, make: () => canonicalCoding(canonical, coding) };
};

const ofIdentifier = (identifier: JsonObject): Canonical | undefined => {
  const { system, value } = identifier;
  if (typeof system !== 'string' || typeof value !== 'string') return undefined;
  const canonical = canonicalIdentifierSystem(system);
  return canonical === undefined
    ? undefined
    : { key: `${canonical}|${value}`, make: () => canonicalIdentifier(canonical, identifier) };
};

/** How a signed Provenance among these resources names what its signature covers. */
const covered = (resources: readonly unknown[]): ReadonlySet<string> =>
  new Set(resources.flatMap((resource) => (isObject(resource) ? signedTargets(resource) : [])));

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? (value as unknown[]) : [value]);

class Normaliser {
  readonly changes: NormalisationChange[] = [];
  private readonly types = loadDefinitions().types;
  private readonly root: JsonObject;
  private readonly path: (string | number)[] = [];
  /** In the Bundle around, and in what is contained beside. */
  private signed: ReadonlySet<string> = new Set();

  constructor(root: JsonObject) {
    this.root = root;
  }

  resource(value: unknown): void {
    if (!isObject(value)) return;
    const { resourceType, type, entry, contained } = value;
    if (!isResourceType(resourceType) || rewriting(value).may === 'keep') return;
    const around = this.signed;
    if (resourceType === 'Bundle') this.signed = covered(list(entry).map((one) => isObject(one) && one['resource']));
    else if (contained !== undefined) this.signed = covered(list(contained));
    // Bundles other than collections are a message, an answer or an order of requests: what somebody said at one time.
    this.object(value, resourceType, resourceType === 'Bundle' && type !== 'collection' ? 'entry' : undefined);
    this.signed = around;
  }

  private object(value: JsonObject, type: string, except?: string): void {
    const properties = this.types.get(type)?.properties;
    for (const [member, content] of Object.entries(value)) {
      if (content === null || typeof content !== 'object' || member === except) continue;
      const shadow = member.startsWith('_');
      const property = properties?.get(shadow ? member.slice(1) : member);
      if (property === undefined || untouched.has(property.type)) continue;
      this.path.push(property.element);
      if (Array.isArray(content)) {
        for (const [index, item] of (content as unknown[]).entries()) {
          this.path.push(index);
          this.single(property, value, item, shadow);
          this.path.pop();
        }
        if (property.type === 'Coding') this.append('coding-added', content as unknown[], ofCoding);
        if (property.type === 'Identifier') this.append('identifier-added', content as unknown[], ofIdentifier);
      } else {
        this.single(property, value, content, shadow);
        if (isObject(content)) this.alone(property.type, content);
      }
      this.path.pop();
    }
  }

  private single(property: Property, owner: JsonObject, value: unknown, shadow: boolean): void {
    if (!isObject(value)) return;
    if (shadow) return this.object(value, 'Element');
    if (property.kind === 'resource') return this.inner(owner, value);
    if (property.kind !== 'complex') return;
    if (quantities.has(property.type)) this.quantity(value);
    this.object(value, property.type);
  }

  private inner({ fullUrl }: JsonObject, value: JsonObject): void {
    const { resourceType, id } = value;
    const names = [`#${String(id)}`, `${String(resourceType)}/${String(id)}`, fullUrl];
    if (!names.some((name) => typeof name === 'string' && this.signed.has(name))) this.resource(value);
  }

  private append(
    what: Normalisation,
    elements: unknown[],
    canonicalOf: (element: JsonObject) => Canonical | undefined,
  ): void {
    const before = elements.filter(isObject);
    const canonicals = before.map(canonicalOf).filter((one) => one !== undefined);
    if (canonicals.length === 0) return;
    const present = new Set(before.map(({ system, code, value }) => `${String(system)}|${String(code ?? value)}`));
    for (const { key, make } of canonicals) {
      if (present.has(key)) continue;
      present.add(key);
      elements.push(make());
      this.tell(what, elements.length - 1);
    }
  }

  /** An element that cannot repeat, or does not. */
  private alone(type: string, element: JsonObject): void {
    const canonical = type === 'Coding' ? ofCoding(element) : type === 'Identifier' ? ofIdentifier(element) : undefined;
    if (canonical !== undefined) this.tell('alias-kept', 'system');
  }

  private quantity({ system, code }: JsonObject): void {
    if (typeof system !== 'string' || typeof code !== 'string') return;
    if (system === ucumSystem) {
      if (ucumFault(code) !== undefined) this.tell('unit-unknown', 'code');
    } else if (canonicalCodeSystem(system, code) !== undefined) this.tell('alias-kept', 'system');
  }

  private tell(what: Normalisation, step: string | number): void {
    if (this.changes.length < maxTold) this.changes.push({ what, expression: pathOf(this.root, [...this.path, step]) });
  }
}

/**
 * Adds, in place, to a valid resource: beside a Coding in a list whose `system` is a known alias (an OID, an old URL, a misspelling) the
 * same code by the canonical URL, and likewise beside an Identifier. Nothing that was there is altered. To do it twice changes
 * nothing more.
 *
 * Left as they are: what `rewriting` says to keep, what a signed Provenance beside it covers (in the same Bundle, or contained),
 * entries of Bundles other than collections, and patterns in ElementDefinitions. Whoever takes a resource in together with a Provenance
 * keeps what `signedTargets` names.
 *
 * @returns what was added and what is in doubt, the first thousand
 */
export const normaliseResource = (resource: object): readonly NormalisationChange[] => {
  const normaliser = new Normaliser(resource as JsonObject);
  normaliser.resource(resource);
  return normaliser.changes;
};
