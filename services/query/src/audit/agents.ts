import type { Principal } from '@chartseal/server';
import type { AccessEvent } from './access-event.ts';
import { purposeCoding } from './decision-extension.ts';

const dicom = 'http://dicom.nema.org/resources/ontology/DCM';
const source = { coding: [{ system: dicom, code: '110153', display: 'Source Role ID' }] };
const destination = { coding: [{ system: dicom, code: '110152', display: 'Destination Role ID' }] };
const recipient = {
  coding: [
    {
      system: 'http://terminology.hl7.org/CodeSystem/v3-ParticipationType',
      code: 'IRCP',
      display: 'information recipient',
    },
  ],
};

/**
 * Who asked and who answered: the client, its organisation, the user that its token names, and this gateway. In a query
 * BALP counts the client as the source; in a read the server, where the data comes from.
 */
export const requesterAgents = (
  principal: Principal,
  network: string,
  kind: AccessEvent['kind'],
  server: object,
): readonly object[] => {
  const { clientId, organization, purpose, subject } = principal;
  const user = Object.entries(subject ?? {});
  const named = (member: string): string | undefined => user.find(([name]) => name === member)?.[1];
  return [
    {
      type: kind === 'query' ? source : destination,
      who: { identifier: { system: 'urn:chartseal:client', value: clientId } },
      requestor: user.length === 0,
      policy: [`urn:chartseal:network:${network}`],
      purposeOfUse: [{ coding: [purposeCoding(purpose)] }],
    },
    { type: kind === 'query' ? destination : source, who: server, requestor: false },
    {
      type: recipient,
      who: { identifier: { system: 'urn:chartseal:organization', value: organization } },
      requestor: false,
    },
    ...(user.length === 0
      ? []
      : [
          {
            type: recipient,
            who: { identifier: { value: named('subject_id') }, display: named('subject_name') },
            requestor: true,
          },
        ]),
  ];
};
