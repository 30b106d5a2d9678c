import { isResourceType } from '@chartseal/fhir';
import { CapabilityTool } from 'fhir-kit-client';

/** What an upstream says that it can (R4 capabilitystatement.html). */
export type Capabilities = {
  readonly searchable: readonly string[];
  /** Types with a history of their own: where deletions are told. */
  readonly withHistory: ReadonlySet<string>;
};

/** Referenced ones first, so that what refers to them finds them here. */
const first = (
  'Organization Location Endpoint Practitioner HealthcareService PractitionerRole Patient RelatedPerson Person Group ' +
  'Medication Substance Device Coverage Account EpisodeOfCare Appointment Encounter CareTeam Specimen'
).split(' ');
/** They refer to anything. */
const last = ['DiagnosticReport', 'Composition', 'DocumentReference', 'List', 'Provenance'];
/** An upstream writes one for each of our requests: to read them would never end. Named in UPSTREAM_TYPES they are read. */
const unasked = new Set(['AuditEvent']);

const rankOf = (type: string): number => {
  const [early, late] = [first.indexOf(type), last.indexOf(type)];
  if (early >= 0) return early;
  return late >= 0 ? first.length + 1 + late : first.length;
};

export const inOrderOfReference = (types: readonly string[]): readonly string[] =>
  [...new Set(types)].toSorted((one, other) => rankOf(one) - rankOf(other) || (one < other ? -1 : 1));

export const readCapabilities = (statement: ConstructorParameters<typeof CapabilityTool>[0]): Capabilities => {
  const tool = new CapabilityTool(statement);
  const listed = tool.serverCapabilities()?.resource ?? [];
  const types = listed.map(({ type }) => type).filter((type) => isResourceType(type));
  return {
    searchable: inOrderOfReference(types.filter((type) => tool.resourceCan(type, 'search-type') && !unasked.has(type))),
    withHistory: new Set(types.filter((type) => tool.resourceCan(type, 'history-type'))),
  };
};
