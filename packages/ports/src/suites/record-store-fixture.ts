import type { Outbox } from '../event-log.ts';
import type { RecordStore } from '../record-store.ts';

export type RecordStoreFixture = {
  /** Empty at first. */
  readonly records: RecordStore;
  readonly outbox: Outbox;
  /** The same records through connections of their own, as another process has them. */
  readonly others: RecordStore;
  /** Milliseconds since the epoch: what the stores' clock says from now on. */
  setTime(now: number): void;
  /** Ends the engine without warning and startTimes it again on what it left. */
  crash(): Promise<void>;
  /** Makes the engine unreachable for good. */
  stop(): Promise<void>;
  close(): Promise<void>;
};
