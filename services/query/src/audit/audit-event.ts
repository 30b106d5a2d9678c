/** AuditEvents after IHE ITI Basic Audit Log Patterns (BALP) 1.1: PatientRead, Read, PatientQuery, Query. */
import type { Principal } from '@chartseal/server';
import { patientsOf, type AccessEvent } from './access-event.ts';
import { agents, organizationIdentity } from './agents.ts';
import { decisionExtensions, purposeCoding } from './decision-extension.ts';

/** What all events of one answer share. */
export type AccessCircumstances = {
  readonly principal: Principal;
  /** Directory id of the hospital whose gateway this is. */
  readonly custodian: string;
  readonly network: string;
  readonly height: number;
  readonly recorded: Date;
  readonly requestId: string | undefined;
};

const balp = 'https://profiles.ihe.net/ITI/BALP';

/** The patterns are for what succeeded; a refusal is told in their form and claims none of them. */
const profile = (event: AccessEvent): object => {
  if (event.kind === 'refusal') return {};
  const concern = patientsOf(event).length > 0 ? 'Patient' : '';
  const pattern = event.kind === 'query' ? 'Query' : 'Read';
  return { meta: { profile: [`${balp}/StructureDefinition/IHE.BasicAudit.${concern}${pattern}`] } };
};

const entityType = (code: string, display: string): object => ({
  system: 'http://terminology.hl7.org/CodeSystem/audit-entity-type',
  code,
  display,
});
const objectRole = (code: string, display: string): object => ({
  system: 'http://terminology.hl7.org/CodeSystem/object-role',
  code,
  display,
});

const dataReference = (event: AccessEvent): string | undefined => {
  if (event.kind === 'query') return undefined;
  if (event.kind === 'read') {
    const { key, versionId } = event.decision;
    return `${key.resourceType}/${key.id}/_history/${versionId}`;
  }
  if (event.named === undefined) return undefined;
  const { resourceType, id, versionId } = event.named;
  return `${resourceType}/${id}${versionId === undefined ? '' : `/_history/${versionId}`}`;
};

const entities = (event: AccessEvent, requestId: string | undefined): readonly object[] => {
  const reference = dataReference(event);
  const data = {
    ...(reference === undefined ? {} : { what: { reference } }),
    type: entityType('2', 'System Object'),
    role: event.kind === 'query' ? objectRole('24', 'Query') : objectRole('4', 'Domain Resource'),
    ...(event.kind === 'query' ? { query: Buffer.from(event.query, 'utf8').toString('base64') } : {}),
  };
  const patients = patientsOf(event).map((id) => ({
    what: { reference: `Patient/${id}` },
    type: entityType('1', 'Person'),
    role: objectRole('1', 'Patient'),
  }));
  const transaction = {
    what: { identifier: { value: requestId } },
    type: { system: `${balp}/CodeSystem/BasicAuditEntityType`, code: 'XrequestId' },
  };
  return [data, ...patients, ...(requestId === undefined ? [] : [transaction])];
};

/** With the reason of an emergency, which whoever it is about may read. */
const purposeOf = ({ purpose, reason }: Principal): object => ({
  coding: [purposeCoding(purpose)],
  ...(reason === undefined ? {} : { text: reason }),
});

/** The resource without `id` and server-set `meta`, which sealing adds. */
export const auditEvent = (
  event: AccessEvent,
  circumstances: AccessCircumstances,
): { readonly resourceType: 'AuditEvent' } => {
  const { principal, custodian, network, height, recorded, requestId } = circumstances;
  const pattern = event.kind === 'query' ? 'query' : 'read';
  const resource = {
    resourceType: 'AuditEvent' as const,
    ...profile(event),
    extension: decisionExtensions(event, principal.purpose, height),
    type: {
      system: 'http://terminology.hl7.org/CodeSystem/audit-event-type',
      code: 'rest',
      display: 'RESTful Operation',
    },
    subtype: [{ system: 'http://hl7.org/fhir/restful-interaction', code: event.interaction }],
    action: event.kind === 'query' ? 'E' : 'R',
    recorded: recorded.toISOString(),
    outcome: event.kind === 'refusal' ? '4' : '0',
    purposeOfEvent: [purposeOf(principal)],
    agent: agents(principal, network, pattern, custodian),
    source: {
      observer: organizationIdentity(custodian),
      type: [
        {
          system: 'http://terminology.hl7.org/CodeSystem/security-source-type',
          code: '4',
          display: 'Application Server',
        },
      ],
    },
    entity: entities(event, requestId),
  };
  return resource;
};
