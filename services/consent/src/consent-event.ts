import type { OutboxEvent } from '@chartseal/ports';
import { traceHeaders } from '@chartseal/server';
import type { ConsentDependencies } from './dependencies.ts';
import type { ConsentChange } from './follower/consent-changed.ts';

export const consentChangedTopic = 'chartseal.consent.changed.v1';

type Sender = Pick<ConsentDependencies, 'consentBaseUrl' | 'clock'>;
type Position = { readonly transactionId: string; readonly blockNumber: number };

/** That a patient's consent changed, under the random handle alone. The terms stay in the store. One for each transaction of the ledger. */
export const consentChanged = (
  sender: Sender,
  { patient, kind, consentId, sequence }: ConsentChange,
  { transactionId, blockNumber }: Position,
): OutboxEvent =>
  event(sender, `${patient}/${transactionId}`, {
    patient,
    operation: kind,
    ...(consentId === undefined ? {} : { consentId }),
    ...(sequence === undefined ? {} : { sequence }),
    transactionId,
    blockNumber,
  });

/** CloudEvents 1.0, JSON format. */
const event = (
  { consentBaseUrl, clock }: Sender,
  id: string,
  data: { readonly patient: string } & Record<string, unknown>,
): OutboxEvent => {
  const value = {
    specversion: '1.0',
    id,
    source: consentBaseUrl,
    type: consentChangedTopic,
    time: new Date(clock.wallMs()).toISOString(),
    datacontenttype: 'application/json',
    data,
  };
  return { topic: consentChangedTopic, key: data.patient, value: JSON.stringify(value), ...traceHeaders() };
};
