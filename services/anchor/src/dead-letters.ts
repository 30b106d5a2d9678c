import type { OutgoingEvent, ReceivedEvent } from '@chartseal/ports';
import type { AnchorDependencies } from './dependencies.ts';

/** Why an event is no version's. Closed words: they go into logs. */
export type Refusal = 'not-json' | 'not-a-version' | 'wrong-log';

/** DESIGN §6, Events: a dead-letter topic each. */
export const deadLetterTopic = (topic: string): string => `${topic}.dlq`;

/**
 * An event that nobody understood, with all that it takes to put it back as it was; the letter's own key is the event's. Its id is the
 * event's place in its topic: a redelivery repeats the letter under the same id.
 */
const deadLetter = (
  { topic, key, partition, offset, value, headers }: ReceivedEvent,
  reason: Refusal,
  { source, time }: { readonly source: string; readonly time: string },
): OutgoingEvent => ({
  topic: deadLetterTopic(topic),
  key,
  value: JSON.stringify({
    specversion: '1.0',
    id: `${topic}/${partition}/${offset}`,
    source,
    type: deadLetterTopic(topic),
    time,
    datacontenttype: 'application/json',
    data: { reason, topic, partition, offset, value, ...(headers === undefined ? {} : { headers }) },
  }),
});

/** Puts events that will never be understood where someone can look at them, as they came, and tells of it. Durable when it resolves. */
export const buryDeadLetters = async (
  {
    events,
    fhirBaseUrl,
    clock,
    log,
    metrics,
  }: Pick<AnchorDependencies, 'events' | 'fhirBaseUrl' | 'clock' | 'log' | 'metrics'>,
  refused: readonly { readonly event: ReceivedEvent; readonly reason: Refusal }[],
): Promise<void> => {
  if (refused.length === 0) return;
  const envelope = { source: fhirBaseUrl, time: new Date(clock.wallMs()).toISOString() };
  await events.publish(refused.map(({ event, reason }) => deadLetter(event, reason, envelope)));
  for (const { event, reason } of refused) {
    const { topic, partition, offset } = event;
    metrics.count('chartseal_dead_letters_total', { topic, reason });
    log.error({ topic, partition, offset, reason }, 'an event is no version and went to the dead letters');
  }
};
