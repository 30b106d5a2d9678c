import { hash, timingSafeEqual } from 'node:crypto';
import { ChartsealError, type AnchoredCheckpoint, type LedgerReceipt, type StoredVersion } from '@chartseal/ports';
import { commit, cosignedNote } from '@chartseal/server';
import { formatTlogProof, inclusionProof, tileHashReader, type Sha256 } from '@chartseal/tlog';
import type { QueryDependencies } from '../dependencies.ts';
import type { ReceiptPlace } from '../release/cose-answer.ts';

const sha256: Sha256 = (data) => new Uint8Array(hash('sha256', data, 'buffer'));

export type AnchoredLeaf = { readonly proof: string; readonly receipt: LedgerReceipt };

/**
 * A version's place under the newest checkpoint that the ledger has committed; undefined until there is one that covers it.
 * @throws ChartsealError `corrupt` if the stored content is not what was committed to
 */
export const anchoredProof = async (
  deps: QueryDependencies,
  version: StoredVersion,
): Promise<AnchoredLeaf | undefined> => {
  const leaf = await anchoredLeaf(deps, version);
  if (leaf !== undefined) requireCommitted(version);
  return leaf;
};

/**
 * The same place, for a COSE receipt.
 * @throws ChartsealError `corrupt` likewise
 */
export const receiptPlace = async (
  deps: QueryDependencies,
  version: StoredVersion,
): Promise<ReceiptPlace | undefined> => {
  const place = await placeOf(deps, version);
  if (place === undefined) return undefined;
  requireCommitted(version);
  const { leafIndex, path, anchored } = place;
  return { inclusion: { treeSize: anchored.treeSize, leafIndex, path }, coseTreeHead: anchored.coseTreeHead };
};

const requireCommitted = ({ commitmentKey, content, commitment }: StoredVersion): void => {
  if (!timingSafeEqual(commit(commitmentKey, content), commitment))
    throw new ChartsealError('corrupt', 'a stored version is not what was committed to');
};

/** The same of its entry alone, whatever is left of what it stands for. */
export const anchoredLeaf = async (
  deps: Pick<QueryDependencies, 'logs' | 'cosignatures'>,
  version: Pick<StoredVersion, 'handle' | 'versionId'>,
): Promise<AnchoredLeaf | undefined> => {
  const place = await placeOf(deps, version);
  if (place === undefined) return undefined;
  const { leafIndex, path, anchored } = place;
  const checkpoint = await cosignedNote(deps.cosignatures, anchored.log, anchored.note);
  const proof = formatTlogProof({ extra: undefined, leafIndex, inclusionProof: path, checkpoint });
  return { proof, receipt: anchored.receipt };
};

type Place = {
  readonly leafIndex: number;
  readonly path: readonly Uint8Array[];
  readonly anchored: AnchoredCheckpoint;
};

const placeOf = async (
  { logs }: Pick<QueryDependencies, 'logs'>,
  { handle, versionId }: Pick<StoredVersion, 'handle' | 'versionId'>,
): Promise<Place | undefined> => {
  const place = await logs.leafIndex({ handle, versionId });
  const anchored = place === undefined ? undefined : await logs.anchored(place.log);
  if (place === undefined || anchored === undefined || place.leafIndex >= anchored.treeSize) return undefined;
  const { leafIndex, log } = place;
  const hashes = tileHashReader(sha256, anchored.treeSize, async (tile) => logs.readTile(log, tile));
  const path = await inclusionProof(sha256, leafIndex, anchored.treeSize, hashes);
  return { leafIndex, path, anchored };
};
