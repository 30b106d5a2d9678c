/** The code systems that decisions know. */

/** A code with the system that gives it its meaning; without one it means nothing here. */
export type Code = { readonly system: string; readonly code: string };

export const systems = {
  consentScope: 'http://terminology.hl7.org/CodeSystem/consentscope',
  consentAction: 'http://terminology.hl7.org/CodeSystem/consentaction',
  actCode: 'http://terminology.hl7.org/CodeSystem/v3-ActCode',
  actReason: 'http://terminology.hl7.org/CodeSystem/v3-ActReason',
  confidentiality: 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality',
  observationValue: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue',
  participationType: 'http://terminology.hl7.org/CodeSystem/v3-ParticipationType',
  resourceTypes: 'http://hl7.org/fhir/resource-types',
  loinc: 'http://loinc.org',
  /** Handles of patients, DESIGN §6 Consent 3. */
  patient: 'urn:chartseal:patient',
  /** Directory ids of organisations, DESIGN §6 Consent 3. */
  organization: 'urn:chartseal:organization',
} as const;
