/** BALP's AuthZconsent: that a patient's own directive decided for a user who is known (C13). */
import { patientsOf, decisionsOf, type AccessEvent } from './access-event.ts';
import { agents, organizationIdentity, userOf } from './agents.ts';
import type { AccessCircumstances } from './audit-event.ts';
import { decisionExtensions, purposeCoding } from './decision-extension.ts';

const balp = 'https://profiles.ihe.net/ITI/BALP';

/**
 * Events to be written beside a disclosure: one for each patient, with the directives that decided. A refusal tells of them in
 * its own event and adds none: anyone may see how the access log grows, and a leaf more than for what is missing would show
 * that a directive denies what was asked for, and so that it is there (C7).
 */
export const authorizationEvents = (
  event: AccessEvent,
  circumstances: AccessCircumstances,
): readonly { readonly resourceType: 'AuditEvent' }[] => {
  if (event.kind === 'refusal') return [];
  const consents = [...new Set(decisionsOf(event).flatMap(({ basis }) => basis.map(({ consentId }) => consentId)))];
  if (consents.length === 0 || userOf(circumstances.principal).size === 0) return [];
  return patientsOf(event).map((patient) => authorizationEvent(event, patient, consents, circumstances));
};

const authorizationEvent = (
  event: AccessEvent,
  patient: string,
  consents: readonly string[],
  { principal, custodian, network, height, recorded }: AccessCircumstances,
): { readonly resourceType: 'AuditEvent' } => {
  const resource = {
    resourceType: 'AuditEvent' as const,
    meta: { profile: [`${balp}/StructureDefinition/IHE.BasicAudit.AuthZconsent`] },
    extension: decisionExtensions(event, principal.purpose, height),
    type: { system: 'http://dicom.nema.org/resources/ontology/DCM', code: '110113', display: 'Security Alert' },
    subtype: [{ system: `${balp}/CodeSystem/AuthZsubType`, code: 'AuthZ-Consent' }],
    action: 'E',
    recorded: recorded.toISOString(),
    outcome: '0',
    purposeOfEvent: [{ coding: [purposeCoding(principal.purpose)] }],
    agent: agents(principal, network, 'authorization', custodian),
    source: {
      observer: organizationIdentity(custodian),
      type: [
        { system: 'http://terminology.hl7.org/CodeSystem/security-source-type', code: '6', display: 'Security Server' },
      ],
    },
    entity: [
      {
        what: { reference: `Patient/${patient}` },
        type: { system: 'http://terminology.hl7.org/CodeSystem/audit-entity-type', code: '1', display: 'Person' },
        role: { system: 'http://terminology.hl7.org/CodeSystem/object-role', code: '1', display: 'Patient' },
      },
      ...consents.map((consentId) => ({
        what: { identifier: { system: 'urn:ietf:rfc:3986', value: `urn:uuid:${consentId}` } },
        type: { system: 'http://hl7.org/fhir/resource-types', code: 'Consent', display: 'Consent' },
      })),
      {
        what: { identifier: { value: `urn:ietf:params:oauth:jti:${principal.tokenId}` } },
        type: { system: `${balp}/CodeSystem/UserAgentTypes`, code: 'UserOauthAgent' },
      },
    ],
  };
  return resource;
};
