import type { LogName, OutboxEvent } from './record-store.ts';
import type { LedgerReceipt } from './ledger.ts';

/** The right to write a log. Each new holder gets a higher epoch; a lower one can write no more. */
export type WriterLease = { readonly log: LogName; readonly epoch: number };

/** The integrated tree: its size and what is needed to go on (the right edge, in packages/tlog's own serialised form). */
export type LogHead = { readonly treeSize: number; readonly state: string };

/** A tile or entry bundle by its C2SP coordinates. `level` 'entries' is an entry bundle. */
export type TileKey = { readonly level: number | 'entries'; readonly index: number; readonly width: number };
export type Tile = TileKey & { readonly data: Uint8Array };

/** Who may anchor a log, as this store knows it: names that gateways gave themselves and told the ledger's contract. */
export type LogClaim = {
  /** The last that the ledger is known to have taken; undefined before the first. */
  readonly writer: string | undefined;
  /** Whom the ledger was told of, and may have taken. */
  readonly nextWriter: string | undefined;
};

/** One version to sequence: its record's handle, its number, the 32 bytes of its commitment. */
export type LogEntry = { readonly handle: string; readonly versionId: number; readonly entry: Uint8Array };

/** Given the head and the entries that are really new, what the log becomes. */
export type Integrate = (
  head: LogHead,
  entries: readonly Uint8Array[],
  readTile: (key: TileKey) => Promise<Uint8Array | undefined>,
) => Promise<{ head: LogHead; tiles: readonly Tile[] }>;

/** A checkpoint that the ledger has committed. */
export type AnchoredCheckpoint = {
  readonly log: LogName;
  readonly treeSize: number;
  /** The signed note that was anchored. */
  readonly note: string;
  readonly transactionId: string;
  readonly blockNumber: number;
  readonly receipt: LedgerReceipt;
  /** The tree as the log signed it for COSE receipts (packages/cose); none where it was anchored before such were made. */
  readonly coseTreeHead?: Uint8Array;
};

export type SequencedEntry = { readonly handle: string; readonly versionId: number; readonly leafIndex: number };

/**
 * Where the Merkle logs live.
 *
 * Laws:
 * 1. `append` is one transaction: leaf indexes, tiles and head together, durable before it resolves, or nothing.
 * 2. An entry (handle, versionId) that is there already keeps its leaf index: appending it again changes nothing.
 * 3. Leaf indexes are dense: 0, 1, 2 … in the order given.
 * 4. A lease that is not the newest cannot append, publish a checkpoint or mark one anchored: kind `fenced`.
 * 5. A full tile, once written, never changes; a narrower partial tile stays readable as the prefix of the wider one.
 * 6. `checkpoint` never returns a smaller tree than it did before.
 * 7. `markAnchored` commits the anchored checkpoint and its outbox rows in one transaction, once; again changes nothing.
 * 8. `claim` answers what `noteClaim` left last; `noteClaim` is durable before it resolves, under the newest lease alone.
 * 9. `generation` is 1 until `succeed`, which adds one to it: the log goes on, as its own successor, under another name.
 */
export interface LogStore {
  lease(log: LogName): Promise<WriterLease>;
  head(log: LogName): Promise<LogHead | undefined>;
  append(lease: WriterLease, entries: readonly LogEntry[], integrate: Integrate): Promise<LogHead>;
  /** The tile at least that wide, cut to the width asked for; undefined if the log is not that long. */
  readTile(log: LogName, key: TileKey): Promise<Uint8Array | undefined>;
  publishCheckpoint(lease: WriterLease, checkpoint: { treeSize: number; note: string }): Promise<void>;
  checkpoint(log: LogName): Promise<{ treeSize: number; note: string } | undefined>;
  leafIndex(entry: { handle: string; versionId: number }): Promise<{ log: LogName; leafIndex: number } | undefined>;
  entries(log: LogName, from: number, limit: number): Promise<readonly SequencedEntry[]>;
  anchored(log: LogName): Promise<AnchoredCheckpoint | undefined>;
  claim(log: LogName): Promise<LogClaim>;
  noteClaim(lease: WriterLease, claim: LogClaim): Promise<void>;
  generation(log: LogName): Promise<number>;
  succeed(lease: WriterLease): Promise<void>;
  markAnchored(lease: WriterLease, anchored: AnchoredCheckpoint, events: readonly OutboxEvent[]): Promise<void>;
}
