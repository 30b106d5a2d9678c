import { hash } from 'node:crypto';
import type { LogName, LogStore } from '@chartseal/ports';
import {
  consistencyProof,
  emptyTree,
  fromBase64,
  parseTree,
  rootHash,
  tileHashReader,
  TlogError,
  verifyConsistency,
  type Sha256,
} from '@chartseal/tlog';

const sha256: Sha256 = (data) => new Uint8Array(hash('sha256', data, 'buffer'));

/** How the log here stands to a tree that the ledger holds of it. */
export type Continuation =
  | { readonly kind: 'continues' }
  /** A store that was restored from a backup, above all. */
  | { readonly kind: 'shorter'; readonly here: number; readonly onLedger: number }
  | { readonly kind: 'other-history'; readonly onLedger: number; readonly cause: TlogError };

/** Whether what is held of a log goes on from a tree of it (RFC 6962 §2.1.2). */
export const continuationOf = async (
  logs: Pick<LogStore, 'head' | 'readTile'>,
  log: LogName,
  base: { readonly treeSize: number; readonly rootHash: string },
): Promise<Continuation> => {
  const head = await logs.head(log);
  const [oldSize, newSize] = [base.treeSize, head?.treeSize ?? 0];
  if (newSize < oldSize) return { kind: 'shorter', here: newSize, onLedger: oldSize };
  const oldRoot = fromBase64(base.rootHash) ?? new Uint8Array();
  const newRoot = rootHash(sha256, head === undefined ? emptyTree : parseTree(head.state));
  try {
    const proof = await consistencyProof(
      sha256,
      oldSize,
      newSize,
      tileHashReader(sha256, newSize, (tile) => logs.readTile(log, tile)),
    );
    verifyConsistency(sha256, { oldSize, newSize, oldRoot, newRoot, proof });
    return { kind: 'continues' };
  } catch (cause) {
    if (!(cause instanceof TlogError)) throw cause;
    return { kind: 'other-history', onLedger: oldSize, cause };
  }
};
