import { hash, timingSafeEqual } from 'node:crypto';
import { ChartsealError, type LedgerReceipt, type StoredVersion } from '@chartseal/ports';
import { commit } from '@chartseal/server';
import { formatTlogProof, inclusionProof, tileHashReader, type Sha256 } from '@chartseal/tlog';
import type { QueryDependencies } from '../dependencies.ts';

const sha256: Sha256 = (data) => new Uint8Array(hash('sha256', data, 'buffer'));

/**
 * A version's place under the newest checkpoint that the ledger has committed; undefined until there is one that covers it.
 * @throws ChartsealError `corrupt` if the stored content is not what was committed to
 */
export const anchoredProof = async (
  { logs }: QueryDependencies,
  { handle, versionId, content, commitmentKey, commitment }: StoredVersion,
): Promise<{ readonly proof: string; readonly receipt: LedgerReceipt } | undefined> => {
  const place = await logs.leafIndex({ handle, versionId });
  const anchored = place === undefined ? undefined : await logs.anchored(place.log);
  if (place === undefined || anchored === undefined || place.leafIndex >= anchored.treeSize) return undefined;
  if (!timingSafeEqual(commit(commitmentKey, content), commitment)) {
    throw new ChartsealError('corrupt', 'a stored version is not what was committed to');
  }
  const { leafIndex, log } = place;
  const hashes = tileHashReader(sha256, anchored.treeSize, async (tile) => logs.readTile(log, tile));
  const path = await inclusionProof(sha256, leafIndex, anchored.treeSize, hashes);
  const proof = formatTlogProof({ extra: undefined, leafIndex, inclusionProof: path, checkpoint: anchored.note });
  return { proof, receipt: anchored.receipt };
};
