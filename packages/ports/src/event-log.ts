export type OutgoingEvent = {
  readonly topic: string;
  readonly key: string;
  readonly value: string;
  /** What transport and tracing add, W3C's `traceparent` for one; never content. Absent where there are none. */
  readonly headers?: Readonly<Record<string, string>>;
};
/** How many events of a partition a group has yet to commit. */
export type Lag = { readonly topic: string; readonly partition: number; readonly events: number };
export type ReceivedEvent = OutgoingEvent & { readonly partition: number; readonly offset: string };

/**
 * Topics that services and strangers read: Kafka, or tables with the same delivery semantics.
 *
 * Laws:
 * 1. `publish` resolves only when every event is durable; it may be repeated, and then events may appear twice.
 * 2. Events with the same topic and key reach each group in the order in which they were published.
 * 3. Each group gets every event at least once, also those published while it was away.
 * 4. An offset is committed only after the handler resolved; a handler that rejects gets the same events again.
 * 5. Within a group each event is handled by one member at a time; when a member dies another takes over.
 * 6. `subscribe` resolves when the signal has aborted and the handler in flight has ended.
 * 7. An event arrives with the topic, key, value and headers with which it was published; one that had no headers, or an empty map of
 *    them, arrives without.
 * 8. `read` hands over every event of the topic that is still kept and was published before the call, oldest first for each key, and
 *    resolves after the last. It belongs to no group: it commits nothing, and no event is kept longer because of it. It rejects with
 *    what the handler rejects with.
 * 9. `lag` tells for each of the topics how far the group is behind; a group that has committed nothing is behind by all that is
 *    kept. It answers or rejects within two seconds, so that a metric can ask it.
 */
export interface EventLog {
  publish(events: readonly OutgoingEvent[]): Promise<void>;
  subscribe(
    subscription: { group: string; topics: readonly string[] },
    handler: (batch: readonly ReceivedEvent[]) => Promise<void>,
    signal: AbortSignal,
  ): Promise<void>;
  read(topic: string, handler: (batch: readonly ReceivedEvent[]) => Promise<void>): Promise<void>;
  lag(group: string, topics: readonly string[]): Promise<readonly Lag[]>;
}

/**
 * The rows that writers left to be published (see RecordStore law 1).
 *
 * Laws:
 * 1. `drain` hands over the oldest rows, in order for each key, and removes them only after `publish` resolved.
 * 2. One drainer at a time, over all processes; another gets 0 at once.
 * 3. `drain` returns how many rows it moved; 0 means that nothing is left for now.
 * 4. A row leaves with topic, key, value and headers as it was written.
 */
export interface Outbox {
  drain(limit: number, publish: (events: readonly OutgoingEvent[]) => Promise<void>): Promise<number>;
  depth(): Promise<number>;
}
