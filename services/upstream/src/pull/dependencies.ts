import type { RecordStore, UpstreamCheckpoint, UpstreamCheckpointStore } from '@chartseal/ports';
import type { Clock, Logger, Metrics } from '@chartseal/server';
import type { IngestDependencies } from '@chartseal/service-ingest';
import type { UpstreamClient } from '../client/upstream-client.ts';

export type PullSettings = {
  /** Those to read; undefined for all that the upstream says it can search. */
  readonly types: readonly string[] | undefined;
  readonly pageSize: number;
  /** Between the end of a round and the next. */
  readonly intervalMs: number;
  /**
   * How far back of the checkpoint each reading begins: a version may be visible only after one with a later time, and the upstream's
   * processes have a clock each.
   */
  readonly overlapMs: number;
};

export type PullDependencies = {
  readonly client: UpstreamClient;
  readonly settings: PullSettings;
  readonly checkpoints: UpstreamCheckpointStore;
  readonly records: RecordStore;
  readonly ingest: IngestDependencies;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Pick<Metrics, 'count' | 'set'>;
};

/** A type, and how far it was read. */
export type Held = {
  readonly resourceType: string;
  readonly revision: number | undefined;
  readonly checkpoint: UpstreamCheckpoint;
};
