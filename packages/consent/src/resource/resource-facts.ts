/** What a decision looks at in a resource. */
import { patientCompartment, subjectlessTypes, type DateInterval, type SubjectReference } from '@chartseal/fhir';
import type { Code } from '../coding.ts';
import { joinLabels, labelsOf, type Labels } from '../label/labels-of.ts';
import type { ValueSets } from '../label/value-sets.ts';
import { authorsOf, type Author } from './authors-of.ts';
import { clinicalInterval } from './clinical-interval.ts';
import { codesOf, documentTypesOf, partCodesOf } from './codes-of.ts';

export type ResourceFacts = {
  readonly type: string;
  /** Its own type, and those of the Bundles that it lies in. */
  readonly types: readonly string[];
  /** `Type/id` of itself and of the Bundles that it lies in. */
  readonly instances: readonly string[];
  readonly documentTypes: readonly Code[];
  readonly codes: readonly Code[];
  /** See `partCodesOf`. */
  readonly partCodes: readonly Code[];
  readonly labels: Labels;
  /** Undefined: it has no clinical date. */
  readonly clinicalInterval: DateInterval | undefined;
  readonly authors: readonly Author[];
  /** Every one of them must permit (B11). */
  readonly subjects: readonly SubjectReference[];
  /** Of a Bundle: what is decided in its place. */
  readonly entries: readonly ResourceFacts[] | undefined;
};

export type FactsContext = {
  /** This server's, for absolute references that point here. */
  readonly baseUrl?: string;
  /** Labels kept beside the version; without them the resource is labelled here and now. */
  readonly labels?: Labels;
  readonly valueSets: ValueSets;
};

type Resource = Readonly<Record<string, unknown>> & { readonly resourceType: string };

const isResource = (value: unknown): value is Resource =>
  typeof value === 'object' && value !== null && typeof (value as Resource).resourceType === 'string';

/**
 * Derives the facts from a resource that was valid when it was stored. A historical version has its own; of a deletion take those
 * of the content that was deleted (B12). Contained resources share their container's fate and add their labels (B11).
 */
export const factsOf = (resource: { readonly resourceType: string }, context: FactsContext): ResourceFacts => {
  const facts = ownFacts(resource, context);
  return facts.type === 'Bundle' ? bundleFacts(resource, facts, context) : facts;
};

const ownFacts = (resource: Resource, { baseUrl = '', labels, valueSets }: FactsContext): ResourceFacts => {
  const { resourceType: type, id } = resource as Resource & { readonly id?: unknown };
  return {
    type,
    types: [type],
    instances: typeof id === 'string' ? [`${type}/${id}`] : [],
    documentTypes: documentTypesOf(resource),
    codes: codesOf(resource),
    partCodes: partCodesOf(resource),
    labels: labels ?? labelsOf(resource, valueSets),
    clinicalInterval: clinicalInterval(resource),
    authors: authorsOf(resource, baseUrl),
    subjects: [...patientCompartment(resource, baseUrl), ...(holdsForeignResource(resource) ? [unclear] : [])],
    entries: undefined,
  };
};

const unclear: SubjectReference = { kind: 'unclear' };

/** Parameters carry whole resources that no compartment looks into: whose they are cannot be told (B11). */
const holdsForeignResource = ({ resourceType, parameter }: Resource): boolean => {
  const open: unknown[] = resourceType === 'Parameters' ? [parameter] : [];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (Array.isArray(next)) for (const item of next as readonly unknown[]) open.push(item);
    else if (typeof next === 'object' && next !== null) {
      if ('resource' in next) return true;
      if ('part' in next) open.push(next.part);
    }
  }
  return false;
};

/**
 * A Bundle shares only what each of its entries may (B11). An entry belongs to what holds it: it has the Bundle's type and id
 * beside its own, a document's type, and the labels of all that the Bundle says outside its entries' resources. What needs no subject of its own (an
 * Organization) is decided as part of the records of those whom the Bundle is about.
 */
const bundleFacts = (bundle: Resource, facts: ResourceFacts, context: FactsContext): ResourceFacts => {
  const { baseUrl = '', valueSets } = context;
  const entries = (Array.isArray(bundle['entry']) ? (bundle['entry'] as unknown[]) : []).flatMap((entry) => {
    const resource = (entry as { readonly resource?: unknown } | null)?.resource;
    return isResource(resource) ? [{ entry, resource }] : [];
  });
  const documentTypes = entries.flatMap(({ resource }) => documentTypesOf(resource));
  const labels = context.labels ?? labelsOf(withoutEntryResources(bundle), valueSets);
  const join = (entry: ResourceFacts, subjects: readonly SubjectReference[]): ResourceFacts => ({
    ...entry,
    types: [...entry.types, ...facts.types],
    instances: [...entry.instances, ...facts.instances],
    documentTypes: [...entry.documentTypes, ...documentTypes],
    labels: joinLabels(entry.labels, labels),
    subjects,
    entries: entry.entries?.map((inner) => join(inner, inner.subjects)),
  });
  const decided = entries.map(({ entry, resource }) => {
    const inner = factsOf(resource, { baseUrl, valueSets });
    const own = patientCompartment({ resourceType: 'Bundle', entry: [entry] } as { resourceType: string }, baseUrl);
    return join(inner, own.length === 0 && subjectlessTypes.has(inner.type) ? facts.subjects : own);
  });
  return { ...facts, labels, entries: decided };
};

const withoutEntryResources = ({ entry, ...bundle }: Resource): object => {
  const entries: readonly unknown[] = Array.isArray(entry) ? entry : [];
  return {
    ...bundle,
    entry: entries.map((one) => (typeof one === 'object' && one !== null ? { ...one, resource: undefined } : one)),
  };
};
