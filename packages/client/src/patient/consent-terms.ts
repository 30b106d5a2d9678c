import type { FhirResource } from 'fhir-kit-client';

/** What a patient lets one organisation see, or forbids it. What is left out does not narrow the grant. */
export type GrantTerms = {
  /** `permit` unless said otherwise. */
  readonly type?: 'permit' | 'deny';
  /** Directory id of the organisation that may read. */
  readonly to: string;
  /** v3 ActReason codes: `TREAT`, `HPAYMT`, `HRESCH`, … A grant for research serves no other purpose. */
  readonly purposes: readonly string[];
  /** FHIR date or dateTime; a date means the whole day. */
  readonly from?: string;
  readonly until?: string;
  /** Resource types. */
  readonly classes?: readonly string[];
  /** v3 Confidentiality (U, L, M, N, R, V: it and all below) or v3 ActCode sensitivities (ETH, HIV, PSY, …). */
  readonly labels?: readonly string[];
};

const terminology = 'http://terminology.hl7.org/CodeSystem';
const confidentiality: ReadonlySet<string> = new Set(['U', 'L', 'M', 'N', 'R', 'V']);

const coding = (system: string, code: string): { readonly system: string; readonly code: string } => ({ system, code });
const chartseal = (name: 'patient' | 'organization', value: string): object => ({
  identifier: { system: `urn:chartseal:${name}`, value },
});

/**
 * The R4 Consent that says so, as one permitting root rule without a `policyRule` (consent-semantics B2a, as IHE PCF writes it).
 * `policy.uri` is there because R4's ppc-1 asks for one; it decides nothing.
 */
export const consentFor = (
  terms: GrantTerms,
  {
    consentId,
    patient,
    custodian,
    dateTime,
  }: Readonly<Record<'consentId' | 'patient' | 'custodian' | 'dateTime', string>>,
): FhirResource => {
  const { type = 'permit', to, purposes, from, until, classes = [], labels = [] } = terms;
  const isResearch = purposes.length > 0 && purposes.every((purpose) => purpose === 'HRESCH');
  const label = (code: string): object =>
    coding(`${terminology}/${confidentiality.has(code) ? 'v3-Confidentiality' : 'v3-ActCode'}`, code);
  const period = { ...(from === undefined ? {} : { start: from }), ...(until === undefined ? {} : { end: until }) };
  const recipient = { coding: [coding(`${terminology}/v3-ParticipationType`, 'IRCP')] };
  return {
    resourceType: 'Consent',
    id: consentId,
    status: 'active',
    scope: { coding: [coding(`${terminology}/consentscope`, isResearch ? 'research' : 'patient-privacy')] },
    category: [{ coding: [coding('http://loinc.org', '59284-0')] }],
    patient: chartseal('patient', patient),
    dateTime,
    organization: [chartseal('organization', custodian)],
    policy: [{ uri: 'urn:chartseal:policy:provision' }],
    provision: {
      type,
      ...(Object.keys(period).length === 0 ? {} : { period }),
      actor: [{ role: recipient, reference: chartseal('organization', to) }],
      ...(purposes.length === 0
        ? {}
        : { purpose: purposes.map((code) => coding(`${terminology}/v3-ActReason`, code)) }),
      ...(classes.length === 0
        ? {}
        : { class: classes.map((code) => coding('http://hl7.org/fhir/resource-types', code)) }),
      ...(labels.length === 0 ? {} : { securityLabel: labels.map(label) }),
    },
  };
};
