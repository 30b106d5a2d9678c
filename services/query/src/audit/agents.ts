/** Who asked and who answered, in the roles that BALP gives them. */
import type { Principal } from '@chartseal/server';
import { purposeCoding } from './decision-extension.ts';

const role = (system: string, code: string, display: string): object => ({ coding: [{ system, code, display }] });
const dicom = 'http://dicom.nema.org/resources/ontology/DCM';
const source = role(dicom, '110153', 'Source Role ID');
const destination = role(dicom, '110152', 'Destination Role ID');
const application = role(dicom, '110150', 'Application');
const recipient = role('http://terminology.hl7.org/CodeSystem/v3-ParticipationType', 'IRCP', 'information recipient');
const provider = role('http://terminology.hl7.org/CodeSystem/v3-RoleClass', 'PROV', 'healthcare provider');
const authorizer = role(
  'http://terminology.hl7.org/CodeSystem/extra-security-role-type',
  'authserver',
  'authorization server',
);

/** What the asking organisation says of its user, as it said it (`subject_*` of the HL7 B2B object). */
const subjectExtensionUrl = 'urn:chartseal:fhir:StructureDefinition:b2b-subject';

export const organizationIdentity = (id: string): object => ({
  identifier: { system: 'urn:chartseal:organization', value: id },
});

/** The other organisation's word for who acts there; none where nobody was named. */
export const userOf = ({ subject }: Principal): ReadonlyMap<string, string> =>
  new Map(Object.entries(subject ?? {}).filter(([, value]) => value !== ''));

const userAgent = (user: ReadonlyMap<string, string>): object => {
  const [id, name] = [user.get('subject_id'), user.get('subject_name')];
  const who = {
    ...(id === undefined ? {} : { identifier: { value: id } }),
    display: name ?? id ?? 'not named',
  };
  const members = [...user].map(([url, valueString]) => ({ url, valueString }));
  return { extension: [{ url: subjectExtensionUrl, extension: members }], type: recipient, who, requestor: true };
};

/**
 * The client, its organisation, its user if one is named, and this gateway. In a query BALP counts the client as the source,
 * in a read the server, where the data comes from; in an authorisation the gateway is who authorises.
 */
export const agents = (
  principal: Principal,
  network: string,
  pattern: 'query' | 'read' | 'authorization',
  custodian: string,
): readonly object[] => {
  const { clientId, organization, purpose } = principal;
  const user = userOf(principal);
  const [client, server] = {
    query: [source, destination],
    read: [destination, source],
    authorization: [application, authorizer],
  }[pattern];
  return [
    {
      type: client,
      who: { identifier: { system: 'urn:chartseal:client', value: clientId } },
      requestor: user.size === 0,
      policy: [`urn:chartseal:network:${network}`],
      purposeOfUse: [{ coding: [purposeCoding(purpose)] }],
    },
    { type: server, who: organizationIdentity(custodian), requestor: false },
    { type: provider, who: organizationIdentity(organization), requestor: false },
    ...(user.size === 0 ? [] : [userAgent(user)]),
  ];
};
