import type { OutgoingEvent } from '@chartseal/ports';
import { inBatchSpan, spanOf } from '@chartseal/server';
import type { AnchorDependencies } from './dependencies.ts';

const batchSize = 500;

type Relay = Pick<AnchorDependencies, 'outbox' | 'events' | 'metrics'>;

/** Seconds since 1970, as the event itself says (CloudEvents `time`). */
const madeAt = ({ value }: OutgoingEvent): number => {
  const { time } = JSON.parse(value) as { readonly time: string };
  return Date.parse(time) / 1000;
};

/** Until the event log has them, the oldest of a batch tells how far publishing is behind. */
const hand = async ({ events, metrics }: Relay, batch: readonly OutgoingEvent[]): Promise<void> => {
  const [oldest] = batch;
  if (oldest !== undefined) metrics.set('chartseal_outbox_oldest_timestamp_seconds', {}, madeAt(oldest));
  const attributes = { 'messaging.batch.message_count': batch.length };
  const from = batch.flatMap((event) => spanOf(event) ?? []);
  await inBatchSpan('outbox relay', { kind: 'producer', attributes }, from, () => events.publish(batch));
  metrics.count('chartseal_events_relayed_total', {}, batch.length);
};

/** Moves what writers left in the outbox to the event log until nothing is left. @returns how many events moved */
export const relay = async (dependencies: Relay): Promise<number> => {
  let moved = 0;
  for (;;) {
    const count = await dependencies.outbox.drain(batchSize, (batch) => hand(dependencies, batch));
    moved += count;
    if (count > 0) continue;
    dependencies.metrics.set('chartseal_outbox_oldest_timestamp_seconds', {}, 0);
    return moved;
  }
};
