import type { ReceivedEvent } from '@chartseal/ports';
import type { AnchorDependencies } from './dependencies.ts';

/** Why an event is no version's. Closed words: they go into logs. */
export type Refusal = 'not-json' | 'not-a-version' | 'wrong-log';

/** DESIGN §6, Events: a dead-letter topic each. */
export const deadLetterTopic = (topic: string): string => `${topic}.dlq`;

/**
 * Puts events that will never be understood where someone can look at them, as they came, and tells of it. Durable when it resolves; a
 * redelivery repeats it under the same CloudEvents id.
 */
export const buryDeadLetters = async (
  { events, fhirBaseUrl, clock, log }: Pick<AnchorDependencies, 'events' | 'fhirBaseUrl' | 'clock' | 'log'>,
  refused: readonly { readonly event: ReceivedEvent; readonly reason: Refusal }[],
): Promise<void> => {
  if (refused.length === 0) return;
  await events.publish(
    refused.map(({ event: { topic, key, partition, offset, value }, reason }) => ({
      topic: deadLetterTopic(topic),
      key,
      value: JSON.stringify({
        specversion: '1.0',
        id: `${topic}/${partition}/${offset}`,
        source: fhirBaseUrl,
        type: deadLetterTopic(topic),
        time: new Date(clock.wallMs()).toISOString(),
        datacontenttype: 'application/json',
        data: { reason, topic, partition, offset, value },
      }),
    })),
  );
  for (const { event, reason } of refused) {
    const { topic, partition, offset } = event;
    log.error({ topic, partition, offset, reason }, 'an event is no version and went to the dead letters');
  }
};
