/** How far a type has been read at an upstream. Instants are by the upstream's clock, as it writes them. */
export type UpstreamCheckpoint = {
  /** All that was changed there before it is here, or refused. Absent until the type was read from end to end once. */
  readonly since?: string;
  /** The same of deletions; those of before the first reading began concern nobody here. */
  readonly deletionsSince?: string;
  /** When the newest whole reading began, by our clock, in milliseconds since the epoch. */
  readonly completeAtMs?: number;
  /** `as-given`: the upstream does not sort by time, and says when all was read by having no next page. */
  readonly order?: 'by-last-updated' | 'as-given';
  /** Set once a record of the type was seen there: before, there is nothing that could be deleted. */
  readonly holds?: 'records';
  readonly pass?: UpstreamPass;
};

/** A reading that is under way: what it takes to go on with its next page. */
export type UpstreamPass = {
  readonly beganAtMs: number;
  /** The upstream's time when the first page was asked for. */
  readonly startedAt: string;
  /** The least `_lastUpdated` of the query whose pages are read; absent for all there is. */
  readonly from?: string;
  /** The highest `meta.lastUpdated` so far. */
  readonly high?: string;
  /** Link to the page that comes next; absent if the query is to be asked anew. */
  readonly next?: string;
};

export type HeldCheckpoint = {
  readonly resourceType: string;
  /** Counts the steps: whoever has another one has been overtaken. */
  readonly revision: number;
  readonly checkpoint: UpstreamCheckpoint;
};

/** What is known of a record by its id at the upstream. `seen`, `refused`: digests of what was last taken and last refused. */
export type UpstreamRecord = {
  readonly id: string;
  /** The upstream whose record it is here; absent where none has claimed it. */
  readonly owner?: string;
  readonly seen?: Uint8Array;
  readonly refused?: Uint8Array;
};

export type UpstreamRefusal = {
  readonly resourceType: string;
  readonly id: string;
  /** The kind of the error and where, never content. */
  readonly reason: string;
};

/** What a page, or a part of it, came to. */
export type UpstreamStep = {
  readonly upstream: string;
  readonly resourceType: string;
  /** The revision that it goes on from; undefined for the type's first step. */
  readonly from: number | undefined;
  readonly checkpoint: UpstreamCheckpoint;
  /** Records that are here as they are there; of one that was deleted there `seen` is empty. */
  readonly taken: readonly { readonly id: string; readonly seen: Uint8Array }[];
  readonly refused: readonly { readonly id: string; readonly seen: Uint8Array; readonly reason: string }[];
  /** Records whose refusal is over without their having been taken: they are no more. */
  readonly dropped?: readonly string[];
};

/**
 * How far the records of an upstream have been taken over, and which of them are whose. Upstreams are named by their base URL.
 *
 * Laws:
 * 1. `advance` saves checkpoint, taken and refused records in one transaction: durable before it resolves, or nothing of it.
 * 2. Who does not stand at `from` any more is refused with `fenced` and changes nothing.
 * 3. `claim` is durable before it resolves. What any upstream owns stays whose it is; whoever takes it for another is refused with `conflict`.
 * 4. A record that is taken is not refused any more. One that is refused and was only claimed is claimed no longer; one that had been taken
 *    stays its upstream's.
 * 5. Checkpoints and refusals of one upstream are nothing to another.
 */
export interface UpstreamCheckpointStore {
  checkpoints(upstream: string): Promise<readonly HeldCheckpoint[]>;
  /** Those of the ids of which anything is known. */
  known(upstream: string, resourceType: string, ids: readonly string[]): Promise<readonly UpstreamRecord[]>;
  /** Says that the records that will be written under these ids, which nobody has here, are the upstream's. */
  claim(upstream: string, resourceType: string, ids: readonly string[]): Promise<void>;
  /** @returns the revision from now on */
  advance(step: UpstreamStep): Promise<number>;
  /** In the order of types and ids; `after` is where to go on. */
  refusals(
    upstream: string,
    options: { readonly after?: Pick<UpstreamRefusal, 'resourceType' | 'id'>; readonly limit: number },
  ): Promise<readonly UpstreamRefusal[]>;
  refusedCounts(upstream: string): Promise<readonly { readonly resourceType: string; readonly records: number }[]>;
}
