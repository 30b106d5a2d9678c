import type { HeldDirective, OutboxEvent } from '@chartseal/ports';
import type { ConsentDependencies } from './dependencies.ts';

export const consentChangedTopic = 'chartseal.consent.changed.v1';

/** CloudEvents 1.0: that a patient's consent changed, under the random handle alone. The terms stay in the store. */
export const consentChanged = (
  { consentBaseUrl, clock }: ConsentDependencies,
  { handle, digest, operation, consentId, sequence }: HeldDirective,
  committed: { transactionId: string; blockNumber: number },
): OutboxEvent => {
  const event = {
    specversion: '1.0',
    id: `${handle}/${digest}`,
    source: consentBaseUrl,
    type: consentChangedTopic,
    time: new Date(clock.wallMs()).toISOString(),
    datacontenttype: 'application/json',
    data: {
      patient: handle,
      operation,
      ...(consentId === undefined ? {} : { consentId }),
      ...(sequence === undefined ? {} : { sequence }),
      transactionId: committed.transactionId,
      blockNumber: committed.blockNumber,
    },
  };
  return { topic: consentChangedTopic, key: handle, value: JSON.stringify(event) };
};
