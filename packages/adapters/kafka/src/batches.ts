import { setTimeout as sleep } from 'node:timers/promises';
import type { ReceivedEvent } from '@chartseal/ports';
import type { EachBatchHandler, EachBatchPayload } from 'kafkajs';
import { headersOf } from './event-headers.ts';

export type BatchHandling = {
  readonly handler: (batch: readonly ReceivedEvent[]) => Promise<void>;
  readonly signal: AbortSignal;
  /** The topic as the port names it. */
  readonly topicOf: (nameOnBroker: string) => string;
  readonly heartbeatMs: number;
  /** Called for each batch that was handled and committed. */
  readonly onProgress: () => void;
};

export const eventsABatch = 500;
const longestPauseMs = 5000;

export const pause = async (ms: number, signal: AbortSignal): Promise<void> => {
  await sleep(ms, undefined, { signal }).catch(() => undefined);
};

export const eventsOf = ({ batch }: EachBatchPayload, topic: string): readonly ReceivedEvent[] =>
  batch.messages.map(({ key, value, headers, offset }) => ({
    topic,
    key: key?.toString() ?? '',
    value: value?.toString() ?? '',
    ...headersOf(headers),
    partition: batch.partition,
    offset,
  }));

/** False if this member is leaving: what was not handled comes again, to whoever has the partition then. */
async function handled(events: readonly ReceivedEvent[], payload: EachBatchPayload, to: BatchHandling) {
  const isLeaving = (): boolean => to.signal.aborted || !payload.isRunning();
  for (let failures = 1; !isLeaving(); failures += 1) {
    // Rejects when the group has moved on; kafkajs then joins it again.
    await payload.heartbeat();
    try {
      await to.handler(events);
      return true;
    } catch {
      await pause(Math.min(longestPauseMs, 50 * 2 ** failures), to.signal);
    }
  }
  return false;
}

/** Handles what was fetched of one partition, piece by piece; commits a piece once its handler resolved, and only then moves on. */
export const handleBatches =
  (to: BatchHandling): EachBatchHandler =>
  async (payload) => {
    const { topic, partition } = payload.batch;
    // A handler may take longer than the session: the group hears meanwhile that this member lives.
    const beat = setInterval(() => {
      payload.heartbeat().catch(() => undefined);
    }, to.heartbeatMs);
    try {
      const events = eventsOf(payload, to.topicOf(topic));
      for (let start = 0; start < events.length; start += eventsABatch) {
        const piece = events.slice(start, start + eventsABatch);
        const last = piece.at(-1);
        if (last === undefined || !(await handled(piece, payload, to))) return;
        const offset = String(BigInt(last.offset) + 1n);
        await payload.commitOffsetsIfNecessary({ topics: [{ topic, partitions: [{ partition, offset }] }] });
        payload.resolveOffset(last.offset);
        to.onProgress();
      }
    } finally {
      clearInterval(beat);
    }
  };
