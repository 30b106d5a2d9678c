import { closed, list, text } from '../shape.ts';

/** One log's new checkpoint, and the proof that it continues the last one anchored. */
export type CheckpointSubmission = {
  readonly origin: string;
  /** C2SP signed checkpoint. */
  readonly note: string;
  /** RFC 6962 consistency proof from the last anchored tree size, base64 hashes; empty for the first. */
  readonly consistencyProof: readonly string[];
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
    closed<CheckpointSubmission>({
      origin: text(/^[!-~]+$/, 200),
      note: text(/^/, 8192),
      consistencyProof: list(text(/^[A-Za-z0-9+/]{43}=$/, 44), 64),
    }),
    16,
  ),
});

/** Where a log's newest checkpoint is: one key a log. */
export const logKey = (origin: string): string => `anchor/log/${origin}`;
