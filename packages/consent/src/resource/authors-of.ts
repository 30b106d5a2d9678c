/** Consent-semantics B7, AUT: who made a record, as far as it says so. */
import { parseReference } from '@chartseal/fhir';
import { systems } from '../coding.ts';
import type { AuthorReference } from '../terms/consent-terms.ts';
import type { Match } from '../time/rule-interval.ts';

/** One author; what is not known of it is undefined. */
export type Author = {
  /** Directory id. */
  readonly organization: string | undefined;
  /** `Practitioner/1`, a record here. */
  readonly reference: string | undefined;
};

/** The elements that name the author; a dot leads into a BackboneElement. */
const elements: Readonly<Record<string, string>> = {
  AdverseEvent: 'recorder',
  AllergyIntolerance: 'recorder asserter',
  CarePlan: 'author contributor',
  CareTeam: 'managingOrganization',
  ChargeItem: 'enterer performer.actor',
  Claim: 'enterer provider',
  ClinicalImpression: 'assessor',
  Communication: 'sender',
  Composition: 'author custodian',
  Condition: 'recorder asserter',
  Consent: 'performer organization',
  DetectedIssue: 'author',
  DeviceRequest: 'requester',
  DiagnosticReport: 'performer resultsInterpreter',
  DocumentManifest: 'author',
  DocumentReference: 'author authenticator custodian',
  Encounter: 'serviceProvider participant.individual',
  EpisodeOfCare: 'managingOrganization',
  ExplanationOfBenefit: 'enterer insurer provider',
  Flag: 'author',
  Goal: 'expressedBy',
  Immunization: 'performer.actor',
  List: 'source',
  Media: 'operator',
  MedicationAdministration: 'performer.actor',
  MedicationDispense: 'performer.actor',
  MedicationRequest: 'requester recorder',
  MedicationStatement: 'informationSource',
  NutritionOrder: 'orderer',
  Observation: 'performer',
  Patient: 'managingOrganization',
  Procedure: 'performer.actor performer.onBehalfOf recorder asserter',
  Provenance: 'agent.who agent.onBehalfOf',
  QuestionnaireResponse: 'author source',
  RiskAssessment: 'performer',
  ServiceRequest: 'requester',
  Specimen: 'collection.collector',
  Task: 'requester',
  VisionPrescription: 'prescriber',
};

type JsonObject = Readonly<Record<string, unknown>>;
const itemsOf = (value: unknown): readonly JsonObject[] =>
  (Array.isArray(value) ? (value as unknown[]) : [value]).filter(
    (item): item is JsonObject => typeof item === 'object' && item !== null,
  );

export const authorsOf = (resource: JsonObject, baseUrl: string): readonly Author[] => {
  const type = resource['resourceType'];
  const paths = typeof type === 'string' && Object.hasOwn(elements, type) ? (elements[type] ?? '').split(' ') : [];
  return paths
    .flatMap((path) => path.split('.').reduce((at, name) => at.flatMap((item) => itemsOf(item[name])), [resource]))
    .map((reference) => authorOf(reference, baseUrl));
};

const authorOf = ({ reference, identifier }: JsonObject, baseUrl: string): Author => {
  const [named] = itemsOf(identifier);
  const organization = named?.['system'] === systems.organization ? named['value'] : undefined;
  const literal = typeof reference === 'string' ? parseReference(reference, baseUrl) : undefined;
  return {
    organization: typeof organization === 'string' ? organization : undefined,
    reference:
      literal?.kind === 'relative' || literal?.kind === 'local-absolute' ? `${literal.type}/${literal.id}` : undefined,
  };
};

/** `maybe` where the record does not say enough of its authors to tell. */
export const matchAuthor = (authors: readonly Author[], sought: AuthorReference): Match => {
  const known = authors.map((author) => ('organization' in sought ? author.organization : author.reference));
  if (known.includes('organization' in sought ? sought.organization : sought.reference)) return 'yes';
  return known.length === 0 || known.includes(undefined) ? 'maybe' : 'no';
};
