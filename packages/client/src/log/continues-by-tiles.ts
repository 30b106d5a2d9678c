import {
  consistencyProof,
  equalBytes,
  tileHashReader,
  TlogError,
  verifyConsistency,
  type Checkpoint,
  type Sha256,
  type TileReader,
} from '@chartseal/tlog';

type Tree = Pick<Checkpoint, 'treeSize' | 'rootHash'>;

/** Whether the hash tiles that are served lead from one tree to a larger one (RFC 9162 §2.1.4). */
export const continuesByTiles = async (
  sha256: Sha256,
  readTile: TileReader,
  older: Tree,
  newer: Tree,
): Promise<boolean> => {
  const [oldSize, newSize] = [older.treeSize, newer.treeSize];
  if (oldSize === newSize) return equalBytes(older.rootHash, newer.rootHash);
  try {
    const proof = await consistencyProof(sha256, oldSize, newSize, tileHashReader(sha256, newSize, readTile));
    verifyConsistency(sha256, { oldSize, newSize, oldRoot: older.rootHash, newRoot: newer.rootHash, proof });
    return true;
  } catch (error) {
    if (error instanceof TlogError) return false;
    throw error;
  }
};
