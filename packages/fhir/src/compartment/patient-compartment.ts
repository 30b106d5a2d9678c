/** Consent-semantics B11: whose record a resource is. */
import { isObject } from '../json/is-object.ts';
import { loadDefinitions } from '../definitions/definitions.ts';
import { isResourceType } from '../definitions/resource-types.ts';
import { parseReference } from '../references/parse-reference.ts';
import { valuesAt } from '../search/element-path.ts';
import { conferNothing, patientPaths } from './patient-parameters.ts';
import { subjectOf } from './subject-reference.ts';
import type { SubjectContext, SubjectReference } from './subject-reference.ts';

type JsonObject = { readonly [member: string]: unknown };
type TypedResource = JsonObject & { readonly resourceType: string };

/** B11: types that need no subject where a resource that is served references them. */
export const subjectlessTypes: ReadonlySet<string> = new Set(
  'Organization Location Practitioner PractitionerRole HealthcareService Endpoint Medication Substance'.split(' '),
);

/** The References anywhere in the resource, its contained ones left out, whose element may point to a Patient. */
const patientElements = (resource: TypedResource): JsonObject[] => {
  const { types } = loadDefinitions();
  const found: JsonObject[] = [];
  const stack: { readonly type: string; readonly value: JsonObject }[] = [
    { type: resource.resourceType, value: resource },
  ];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    for (const [member, content] of Object.entries(next.value)) {
      const property = types.get(next.type)?.properties.get(member);
      if (property?.kind !== 'complex' || conferNothing.has(property.element)) continue;
      for (const value of Array.isArray(content) ? (content as unknown[]) : [content]) {
        if (!isObject(value)) continue;
        stack.push({ type: property.type, value });
        const mayPoint = property.targets === undefined || property.targets.has('Patient');
        if (property.type === 'Reference' && mayPoint) found.push(value);
      }
    }
  }
  return found;
};

const itself = ({ id }: TypedResource, { relativeTo }: SubjectContext): SubjectReference => {
  if (typeof id !== 'string' || relativeTo.base === 'unknown') return { kind: 'unclear' };
  return relativeTo.base === 'here'
    ? { kind: 'local', id }
    : { kind: 'foreign', url: `${relativeTo.url}Patient/${id}` };
};

const subjectsOfOne = (resource: TypedResource, context: SubjectContext): readonly SubjectReference[] => {
  const references =
    patientPaths(resource.resourceType)?.flatMap((path) => valuesAt(path, resource).map(({ value }) => value)) ??
    patientElements(resource);
  const named = references
    .filter(isObject)
    .map((reference) => subjectOf(reference, context))
    .filter((subject) => subject !== undefined);
  return resource.resourceType === 'Patient' ? [itself(resource, context), ...named] : named;
};

/** R4 bundle.html#references: what a relative reference means in an entry depends on its fullUrl. */
const baseOf = (fullUrl: unknown, baseUrl: string): SubjectContext['relativeTo'] => {
  if (fullUrl === undefined) return { base: 'here' };
  if (typeof fullUrl !== 'string') return { base: 'unknown' };
  if (parseReference(fullUrl, baseUrl).kind === 'local-absolute') return { base: 'here' };
  const [, base, type] = /^(https?:\/\/.*\/)([A-Z][A-Za-z]+)\/[A-Za-z0-9\-.]{1,64}$/.exec(fullUrl) ?? [];
  return base === undefined || !isResourceType(type) ? { base: 'unknown' } : { base: 'elsewhere', url: base };
};

const subjectsOfEntries = (bundle: JsonObject, baseUrl: string): readonly SubjectReference[] => {
  const { entry } = bundle;
  return (Array.isArray(entry) ? (entry as JsonObject[]) : []).flatMap(({ resource, fullUrl }) => {
    if (!isObject(resource) || !isResourceType(resource['resourceType'])) return [];
    const typed = resource as TypedResource;
    const context: SubjectContext = { baseUrl, container: resource, relativeTo: baseOf(fullUrl, baseUrl) };
    const subjects =
      typed.resourceType === 'Bundle' ? subjectsOfEntries(typed, baseUrl) : subjectsOfOne(typed, context);
    const missing = subjects.length === 0 && !subjectlessTypes.has(typed.resourceType);
    return missing ? [{ kind: 'unclear' } as const] : subjects;
  });
};

/**
 * The Patients whose record a valid resource is, each once. By the Patient CompartmentDefinition's parameters where the
 * type is in it (`performer` and `payor` confer nothing), otherwise by every element that may point to a Patient. A
 * Reference that says it points elsewhere (a Group, a Device) is no subject; one that does not say is, as what can be
 * known of it. A Patient is its own subject, beside those it links to. A Bundle has the subjects of all its entries, and an
 * `unclear` one for each entry that should have a subject and has none. Empty: no subject, so not shareable (but for
 * `subjectlessTypes`, and for Binary, whose securityContext or referrers the caller looks up).
 *
 * @param baseUrl this server's, for absolute references that point here
 */
export const patientCompartment = (
  resource: { readonly resourceType: string },
  baseUrl = '',
): readonly SubjectReference[] => {
  const typed = resource as TypedResource;
  const context: SubjectContext = { baseUrl, container: typed, relativeTo: { base: 'here' } };
  const subjects = typed.resourceType === 'Bundle' ? subjectsOfEntries(typed, baseUrl) : subjectsOfOne(typed, context);
  return [...new Map(subjects.map((subject) => [JSON.stringify(subject), subject])).values()];
};
