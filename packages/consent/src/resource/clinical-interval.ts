/** Consent-semantics B6: the clinical time of a record, as its type tells it. */
import type { DateInterval } from '@chartseal/fhir';
import { widestInterval } from '../time/rule-interval.ts';

/** Where to look, in this order; a choice `x[x]` under its first word, `a..b` for a beginning and an end. A record whose type is not here has no clinical date. */
const elements: Readonly<Record<string, string>> = {
  AdverseEvent: 'date detected recordedDate',
  AllergyIntolerance: 'onset lastOccurrence recordedDate',
  Appointment: 'start..end',
  BodyStructure: '',
  CarePlan: 'period created',
  CareTeam: 'period',
  ChargeItem: 'occurrence enteredDate',
  Claim: 'billablePeriod created',
  ClaimResponse: 'created',
  ClinicalImpression: 'effective date',
  Communication: 'sent received',
  CommunicationRequest: 'occurrence authoredOn',
  Composition: 'date',
  Condition: 'onset recordedDate',
  Consent: 'dateTime',
  Coverage: 'period',
  DetectedIssue: 'identified',
  DeviceRequest: 'occurrence authoredOn',
  DeviceUseStatement: 'timing recordedOn',
  DiagnosticReport: 'effective issued',
  DocumentManifest: 'created',
  DocumentReference: 'context.period date',
  Encounter: 'period',
  EpisodeOfCare: 'period',
  ExplanationOfBenefit: 'billablePeriod created',
  FamilyMemberHistory: 'date',
  Flag: 'period',
  Goal: 'start statusDate',
  ImagingStudy: 'started',
  Immunization: 'occurrence recorded',
  ImmunizationRecommendation: 'date',
  List: 'date',
  Media: 'created issued',
  MedicationAdministration: 'effective',
  MedicationDispense: 'whenHandedOver whenPrepared',
  MedicationRequest: 'authoredOn',
  MedicationStatement: 'effective dateAsserted',
  NutritionOrder: 'dateTime',
  Observation: 'effective issued',
  Procedure: 'performed',
  Provenance: 'occurred recorded',
  QuestionnaireResponse: 'authored',
  RiskAssessment: 'occurrence',
  ServiceRequest: 'occurrence authoredOn',
  Specimen: 'collection.collected receivedTime',
  SupplyDelivery: 'occurrence',
  Task: 'executionPeriod authoredOn',
  VisionPrescription: 'dateWritten created',
};

type JsonObject = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Every moment that the record may speak of; undefined if it does not say. What has begun and not ended goes on for ever. A first
 * choice that is no date (an age, a word) leaves the time unknown: the date of its recording is another one.
 */
export const clinicalInterval = (resource: JsonObject): DateInterval | undefined => {
  const type = resource['resourceType'];
  const names = typeof type === 'string' && Object.hasOwn(elements, type) ? elements[type] : undefined;
  for (const path of (names ?? '').split(' ')) {
    const found = choiceAt(resource, path);
    if (found !== undefined) return type === 'Condition' ? untilAbatement(resource, found) : found.interval;
  }
  return undefined;
};

type Choice = { readonly interval: DateInterval | undefined };

const variants = ['', 'DateTime', 'Period', 'Instant', 'Date', 'Timing', 'Age', 'Range', 'String', 'CodeableConcept'];

const choiceAt = (resource: JsonObject, path: string): Choice | undefined => {
  const [begin = '', end] = path.split('..');
  if (end !== undefined)
    return resource[begin] === undefined ? undefined : { interval: periodOf(resource[begin], resource[end]) };
  const [first = '', second] = path.split('.');
  const container = second === undefined ? resource : resource[first];
  if (!isObject(container)) return undefined;
  const present = variants
    .map((variant) => container[`${second ?? first}${variant}`])
    .find((value) => value !== undefined);
  return present === undefined ? undefined : { interval: intervalOf(present) };
};

const intervalOf = (value: unknown): DateInterval | undefined => {
  if (typeof value === 'string') return widestInterval(value);
  if (!isObject(value)) return undefined;
  if (value['start'] !== undefined || value['end'] !== undefined) return periodOf(value['start'], value['end']);
  if (Array.isArray(value['event'])) return hull(value['event'].map(intervalOf));
  const { repeat } = value;
  return isObject(repeat) && isObject(repeat['boundsPeriod']) ? intervalOf(repeat['boundsPeriod']) : undefined;
};

const periodOf = (start: unknown, end: unknown): DateInterval | undefined => {
  const first =
    start === undefined ? { start: -Infinity } : typeof start === 'string' ? widestInterval(start) : undefined;
  const last = end === undefined ? { end: Infinity } : typeof end === 'string' ? widestInterval(end) : undefined;
  return first === undefined || last === undefined ? undefined : { start: first.start, end: last.end };
};

const hull = (intervals: readonly (DateInterval | undefined)[]): DateInterval | undefined => {
  const known = intervals.filter((interval) => interval !== undefined);
  if (known.length === 0 || known.length < intervals.length) return undefined;
  return { start: Math.min(...known.map(({ start }) => start)), end: Math.max(...known.map(({ end }) => end)) };
};

/** A condition lasts from its onset until it abates, if the record says when. */
const untilAbatement = (resource: JsonObject, { interval }: Choice): DateInterval | undefined => {
  const abatement = choiceAt(resource, 'abatement')?.interval;
  return interval === undefined || abatement === undefined ? interval : hull([interval, abatement]);
};
