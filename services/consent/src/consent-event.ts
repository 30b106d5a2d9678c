import type { HeldDirective, OutboxEvent } from '@chartseal/ports';
import { traceHeaders } from '@chartseal/server';
import type { ConsentDependencies } from './dependencies.ts';

export const consentChangedTopic = 'chartseal.consent.changed.v1';

type Sender = Pick<ConsentDependencies, 'consentBaseUrl' | 'clock'>;
type Position = { readonly transactionId: string; readonly blockNumber: number };

/** That a patient's consent changed, under the random handle alone. The terms stay in the store. */
export const consentChanged = (
  sender: Sender,
  { handle, digest, operation, consentId, sequence }: HeldDirective,
  { transactionId, blockNumber }: Position,
): OutboxEvent =>
  event(sender, `${handle}/${digest}`, {
    patient: handle,
    operation,
    ...(consentId === undefined ? {} : { consentId }),
    ...(sequence === undefined ? {} : { sequence }),
    transactionId,
    blockNumber,
  });

/** That a handle was opened: the first change of all. */
export const handleEnrolled = (sender: Sender, handle: string, at: Position): OutboxEvent =>
  event(sender, `${handle}/enrol`, { patient: handle, operation: 'enrol', ...at });

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
