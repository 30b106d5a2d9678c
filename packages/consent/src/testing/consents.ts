/** Consents and requests for tests, as short as the rules that they are about. */
import assert from 'node:assert/strict';
import { systems } from '../coding.ts';
import { decide } from '../decision/decide.ts';
import type { ActiveConsent, Decision, DecisionRequest, PatientDirectives } from '../decision/decision.ts';
import { builtInValueSets } from '../label/value-sets.ts';
import { factsOf, type FactsContext } from '../resource/resource-facts.ts';
import { readConsent } from '../terms/read-consent.ts';
import { handle } from './patient.ts';

export const consentId = '00000000-0000-4000-8000-000000000001';

const concept = (system: string, code: string) => ({ coding: [{ system, code }] });
export const organization = (value: string) => ({ identifier: { system: systems.organization, value } });
export const actor = (role: string, value: string) => ({
  role: concept(systems.participationType, role),
  reference: organization(value),
});
export const purpose = (code: string) => ({ system: systems.actReason, code });
export const confidentiality = (code: string) => ({ system: systems.confidentiality, code });
export const sensitivity = (code: string) => ({ system: systems.actCode, code });
export const action = (code: string) => concept(systems.consentAction, code);
export const resourceType = (code: string) => ({ system: systems.resourceTypes, code });
export const policyRule = (code: string) => concept(systems.actCode, code);

/** A valid Consent; `rest` replaces what it names. */
export const consent = (rest: object): object => ({
  resourceType: 'Consent',
  id: consentId,
  status: 'active',
  scope: concept(systems.consentScope, 'patient-privacy'),
  category: [concept(systems.loinc, '59284-0')],
  patient: { identifier: { system: systems.patient, value: handle } },
  dateTime: '2026-01-01T00:00:00Z',
  policy: [{ uri: 'http://example.org/policy' }],
  ...rest,
});

export const researchScope = concept(systems.consentScope, 'research');

export const active = (rest: object, sequence = 1): ActiveConsent => {
  const read = readConsent(consent(rest), { patient: handle, consentId });
  assert.equal(read.kind, 'terms', JSON.stringify(read));
  return { consentId: `consent-${sequence}`, sequence, terms: read.kind === 'terms' ? read.terms : assert.fail() };
};

export const request: DecisionRequest = {
  organization: 'hospital-b',
  parents: ['network-b'],
  custodian: 'hospital-a',
  purpose: 'TREAT',
  decisionTime: Date.UTC(2026, 5, 15, 12),
  implicitPolicy: {},
};

export const observation = {
  resourceType: 'Observation',
  id: 'o1',
  status: 'final',
  code: { coding: [{ system: systems.loinc, code: '8867-4' }] },
  subject: { reference: 'Patient/p1' },
  effectiveDateTime: '2026-03-01T10:00:00Z',
};

export const says = (...consents: readonly ActiveConsent[]): PatientDirectives => ({
  blockHeight: 7,
  state: { kind: 'open' },
  consents,
});

/** The decision for Patient/p1, who put these consents, each given as what is special in it. */
export const decideWith = (
  consents: readonly object[],
  change: Partial<DecisionRequest> = {},
  resource: Readonly<Record<string, unknown>> & { readonly resourceType: string } = observation,
  context: Partial<FactsContext> = {},
): Decision => {
  const directives = says(...consents.map((rest, index) => active(rest, index + 1)));
  const facts = factsOf(resource, { valueSets: builtInValueSets, ...context });
  return decide((id) => (id === 'p1' ? directives : undefined), { ...request, ...change }, facts);
};

/** `permit`, or why not. */
export const told = (...args: Parameters<typeof decideWith>): string => {
  const decision = decideWith(...args);
  return decision.effect === 'permit' ? 'permit' : decision.reason;
};
