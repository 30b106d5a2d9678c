import { origin } from '../directory/entry.ts';
import { closed, closedWith, list, text } from '../shape.ts';
import { writerId } from './claim.ts';

/** One log's new checkpoint, and the proof that it continues the last one anchored. */
export type CheckpointSubmission = {
  readonly origin: string;
  /** C2SP signed checkpoint. */
  readonly note: string;
  /** RFC 6962 consistency proof from the last anchored tree size, base64 hashes; empty for the first. */
  readonly consistencyProof: readonly string[];
  /** Whose the log is, as `Claim` told the ledger; of a log that nobody claimed none. */
  readonly writer?: string;
  /** Whose it is from then on: a store that was copied before knows it not. */
  readonly nextWriter?: string;
};

/** The argument of `Anchor`. */
export type AnchorSubmission = { readonly checkpoints: readonly CheckpointSubmission[] };

/** The newest checkpoint of a log on the ledger. */
export type AnchoredLog = {
  readonly origin: string;
  readonly treeSize: number;
  /** Base64. */
  readonly rootHash: string;
  readonly note: string;
  readonly mspId: string;
  /** Of the transaction that anchored it first: the one to ask a receipt of. */
  readonly transactionId: string;
  /** By the submitter's clock. */
  readonly timestamp: string;
};

export const anchorSubmission = closed<AnchorSubmission>({
  checkpoints: list(
    closedWith<
      Omit<CheckpointSubmission, 'writer' | 'nextWriter'>,
      { readonly writer: string; readonly nextWriter: string }
    >(
      { origin, note: text(/^/, 8192), consistencyProof: list(text(/^[A-Za-z0-9+/]{43}=$/, 44), 64) },
      { writer: writerId, nextWriter: writerId },
    ),
    16,
  ),
});
