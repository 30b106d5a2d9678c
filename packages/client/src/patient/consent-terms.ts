/** What a patient says, without FHIR's words, and the R4 Consent that says so. All that a decision enforces can be said (consent-semantics B3-B10). */
import { includesPurpose } from '@chartseal/consent';
import type { FhirResource } from 'fhir-kit-client';
import { pcfProfile } from './pcf-profile.ts';

/** A code of some system. */
export type TermsCode = { readonly system: string; readonly code: string };

/** An organisation by its directory id, or somebody by the reference that the hospital's records have: `Practitioner/1`. */
export type TermsAuthor = { readonly organization: string } | { readonly reference: string };

/** Whom a grant is for where it is for everyone that the directory knows. It has to be said: what is left out would mean it too. */
export const everyone = '*';

/** What a rule speaks of. Of a list any one; what is left out does not narrow it. */
export type RuleTerms = {
  /** `permit` unless said otherwise. */
  readonly type?: 'permit' | 'deny';
  /** Directory ids of organisations, or of those that they are parts of. */
  readonly to?: string | readonly string[];
  /** v3 ActReason codes: `TREAT`, `HPAYMT`, `HRESCH`, … */
  readonly purposes?: readonly string[];
  /** When the rule is in force. FHIR date or dateTime; a date means the whole day. */
  readonly from?: string;
  readonly until?: string;
  /** Clinical time of the data, likewise. */
  readonly dataFrom?: string;
  readonly dataUntil?: string;
  /** Resource types. */
  readonly classes?: readonly string[];
  /** LOINC codes of document types. */
  readonly documentTypes?: readonly string[];
  /** Codes of what is told: a diagnosis, a test, a drug. */
  readonly codes?: readonly TermsCode[];
  /** v3 Confidentiality (U, L, M, N, R, V: in a permit it and all below, in a deny it and all above) or v3 ActCode sensitivities (ETH, HIV, PSY, …). */
  readonly labels?: readonly string[];
  readonly authors?: readonly TermsAuthor[];
  /** Single records of the hospital: `Observation/1`. */
  readonly records?: readonly string[];
  /** Where another rule holds, to any depth. */
  readonly exceptions?: readonly RuleTerms[];
};

/** What a patient lets others see, or forbids them. A grant for research serves no other purpose, and needs one of its own. */
export type GrantTerms = RuleTerms & Required<Pick<RuleTerms, 'to' | 'purposes'>>;

const terminology = 'http://terminology.hl7.org/CodeSystem';
const confidentiality: ReadonlySet<string> = new Set(['U', 'L', 'M', 'N', 'R', 'V']);

const coding = (system: string, code: string): TermsCode => ({ system, code });
const concept = (system: string, code: string): object => ({ coding: [coding(system, code)] });
const chartseal = (name: 'patient' | 'organization', value: string): object => ({
  identifier: { system: `urn:chartseal:${name}`, value },
});
const actReason = `${terminology}/v3-ActReason`;

const label = (code: string): TermsCode =>
  coding(`${terminology}/${confidentiality.has(code) ? 'v3-Confidentiality' : 'v3-ActCode'}`, code);

const authorReference = (author: TermsAuthor): object =>
  'organization' in author ? chartseal('organization', author.organization) : { reference: author.reference };

/** FHIR has no empty elements. */
const some = (name: string, values: readonly object[]): object => (values.length === 0 ? {} : { [name]: values });

const period = (name: string, start: string | undefined, end: string | undefined): object =>
  start === undefined && end === undefined
    ? {}
    : { [name]: { ...(start === undefined ? {} : { start }), ...(end === undefined ? {} : { end }) } };

const recipients = (to: RuleTerms['to'] = []): readonly string[] =>
  (typeof to === 'string' ? [to] : to).filter((each) => each !== everyone);

const provisionOf = (terms: RuleTerms): object => {
  const { type = 'permit', to, purposes = [], authors = [], records = [], exceptions = [] } = terms;
  const { classes = [], documentTypes = [], codes = [], labels = [] } = terms;
  const role = concept(`${terminology}/v3-ParticipationType`, 'IRCP');
  const data = [
    ...records.map((reference) => ({ meaning: 'instance', reference: { reference } })),
    ...authors.map((author) => ({ meaning: 'authoredby', reference: authorReference(author) })),
  ];
  return {
    type,
    ...period('period', terms.from, terms.until),
    ...some(
      'actor',
      recipients(to).map((organization) => ({ role, reference: chartseal('organization', organization) })),
    ),
    ...some('securityLabel', labels.map(label)),
    ...some(
      'purpose',
      purposes.map((code) => coding(actReason, code)),
    ),
    ...some('class', [
      ...classes.map((code) => coding('http://hl7.org/fhir/resource-types', code)),
      ...documentTypes.map((code) => coding('http://loinc.org', code)),
    ]),
    ...some(
      'code',
      codes.map(({ system, code }) => concept(system, code)),
    ),
    ...period('dataPeriod', terms.dataFrom, terms.dataUntil),
    ...some('data', data),
    ...some('provision', exceptions.map(provisionOf)),
  };
};

const scopeOf = ({ purposes }: GrantTerms): 'research' | 'patient-privacy' => {
  const research = purposes.filter((purpose) => includesPurpose('HRESCH', purpose));
  if (research.length > 0 && research.length < purposes.length)
    throw new RangeError('research needs a grant of its own: no consent governs it and another purpose');
  return research.length > 0 ? 'research' : 'patient-privacy';
};

/** What the Consent says of itself beside its terms. */
export type ConsentNames = Readonly<Record<'consentId' | 'patient' | 'custodian' | 'dateTime', string>>;

/**
 * The R4 Consent that says so, as one root rule without a `policyRule` (consent-semantics B2a, as IHE PCF writes it); it claims the PCF profile that it
 * is of, if any. `policy.uri` is there because R4's ppc-1 asks for one, and a source because PCF does; they decide nothing.
 * @throws RangeError for research together with other purposes
 */
export const consentFor = (
  terms: GrantTerms,
  { consentId, patient, custodian, dateTime }: ConsentNames,
): FhirResource => {
  const consent = {
    resourceType: 'Consent',
    id: consentId,
    status: 'active',
    scope: concept(`${terminology}/consentscope`, scopeOf(terms)),
    category: [concept('http://loinc.org', '59284-0')],
    patient: chartseal('patient', patient),
    dateTime,
    performer: [chartseal('patient', patient)],
    organization: [chartseal('organization', custodian)],
    sourceAttachment: { contentType: 'application/jose', title: 'Directive signed with the key of the patient' },
    policy: [{ uri: 'urn:chartseal:policy:provision' }],
    provision: provisionOf(terms),
  };
  const profile = pcfProfile(consent);
  return profile === undefined ? consent : { ...consent, meta: { profile: [profile] } };
};
