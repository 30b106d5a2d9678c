import { isObject } from '../json/is-object.ts';
import { loadDefinitions } from './definitions.ts';
import { isResourceType } from './resource-types.ts';
import { markedElements } from './summary-elements.ts';

/**
 * What to keep of a resource, https://hl7.org/fhir/R4/search.html#summary and #elements. `elements`: names of root elements, of
 * those types that have them (`Patient.name` for one type alone).
 */
export type Subset =
  | { readonly keep: 'summary' }
  | { readonly keep: 'text' }
  | { readonly keep: 'data' }
  | { readonly keep: 'elements'; readonly elements: readonly string[] };

type JsonObject = { [member: string]: unknown };

const always: ReadonlySet<string> = new Set(['resourceType', 'id', 'meta']);

/** Root members without which the resource would not be valid, or would mean something else. */
const mandatoryMembers = (type: string): ReadonlySet<string> => {
  const schema = loadDefinitions().types.get(type);
  return new Set([...always, ...(schema?.required.flatMap(({ members }) => members) ?? [])]);
};

const membersOf = (type: string, element: string): readonly string[] =>
  loadDefinitions().types.get(type)?.members.get(element) ?? [element];

/** Removes members in place, so that number spellings stay; the shadow of a primitive goes with it. */
const retain = (object: JsonObject, isKept: (member: string) => boolean): void => {
  for (const member of Object.keys(object)) {
    if (!isKept(member.startsWith('_') ? member.slice(1) : member)) delete object[member];
  }
};

const retainElements = (type: string, resource: JsonObject, elements: readonly string[]): void => {
  const named = elements.flatMap((element) => {
    const [owner, name] = element.includes('.') ? element.split('.') : [type, element];
    return owner === type && name !== undefined ? [...membersOf(type, name), name] : [];
  });
  const modifiers = [...(markedElements(type)?.modifier ?? [])].flatMap((element) => membersOf(type, element));
  const kept = new Set([...mandatoryMembers(type), ...modifiers, ...named]);
  retain(resource, (member) => kept.has(member));
};

type Pending = { readonly type: string; readonly object: JsonObject };

/** What a type's summary does not say is decided by the types of its elements, down to the leaves. */
const retainSummary = (type: string, resource: JsonObject): void => {
  const { types } = loadDefinitions();
  const visited: Pending[] = [{ type, object: resource }];
  // It grows while it is walked, parents before what they hold.
  for (const { type: owner, object } of visited) {
    const schema = types.get(owner);
    const marked = markedElements(owner);
    // An extension is kept or left out as a whole, and of what is not known nothing is taken.
    if (schema === undefined || marked === undefined || owner === 'Extension') continue;
    const required = new Set(schema.required.flatMap(({ members }) => members));
    retain(object, (member) => {
      const element = schema.properties.get(member)?.element ?? member;
      return always.has(member) || required.has(member) || marked.summary.has(element) || marked.modifier.has(element);
    });
    for (const [member, content] of Object.entries(object)) {
      const property = schema.properties.get(member);
      if (property?.kind !== 'complex') continue;
      for (const value of Array.isArray(content) ? (content as unknown[]) : [content])
        if (isObject(value)) visited.push({ type: property.type, object: value });
    }
  }
  for (const { object } of visited.toReversed()) dropEmpty(object);
};

const isEmpty = (value: unknown): boolean => isObject(value) && Object.keys(value).length === 0;

/** FHIR JSON has no empty objects or arrays. */
const dropEmpty = (object: JsonObject): void => {
  for (const [member, content] of Object.entries(object)) {
    if (isEmpty(content)) delete object[member];
    if (!Array.isArray(content) || !content.some(isEmpty)) continue;
    const rest = (content as unknown[]).filter((value) => !isEmpty(value));
    if (rest.length === 0) delete object[member];
    else object[member] = rest;
  }
};

/** Takes from a valid resource, in place, what is not asked for. Nothing is marked: that is for who answers with it. */
export const subsetResource = (resource: { readonly resourceType: string }, subset: Subset): void => {
  const { resourceType } = resource;
  if (!isResourceType(resourceType)) return;
  const members = resource as JsonObject;
  if (subset.keep === 'data') delete members['text'];
  else if (subset.keep === 'text') {
    const kept = new Set([...mandatoryMembers(resourceType), 'text']);
    retain(members, (member) => kept.has(member));
  } else if (subset.keep === 'elements') retainElements(resourceType, members, subset.elements);
  else retainSummary(resourceType, members);
};
