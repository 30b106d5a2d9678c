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
  const standing = await standingOf(deps, version);
  if (standing === undefined) return undefined;
  requireCommitted(version);
  return leafAt(deps, standing);
};

/**
 * The same place, for a COSE receipt.
 * @throws ChartsealError `corrupt` likewise
 */
export const receiptPlace = async (
  deps: QueryDependencies,
  version: StoredVersion,
): Promise<ReceiptPlace | undefined> => {
  const standing = await standingOf(deps, version);
  if (standing === undefined) return undefined;
  requireCommitted(version);
  const { leafIndex, anchored } = standing;
  const path = await pathOf(deps, standing);
  return { inclusion: { treeSize: anchored.treeSize, leafIndex, path }, coseTreeHead: anchored.coseTreeHead };
};

/** @throws ChartsealError `corrupt` if the stored content is not what was committed to */
export const requireCommitted = ({ commitmentKey, content, commitment }: StoredVersion): void => {
  if (!timingSafeEqual(commit(commitmentKey, content), commitment))
    throw new ChartsealError('corrupt', 'a stored version is not what was committed to');
};

/** Which leaf a version is, and the newest checkpoint that the ledger has committed, which covers it. */
export type Standing = { readonly leafIndex: number; readonly anchored: AnchoredCheckpoint };

/** Undefined until there is such a checkpoint. */
export const standingOf = async (
  { logs }: Pick<QueryDependencies, 'logs'>,
  { handle, versionId }: Pick<StoredVersion, 'handle' | 'versionId'>,
): Promise<Standing | undefined> => {
  const place = await logs.leafIndex({ handle, versionId });
  const anchored = place === undefined ? undefined : await logs.anchored(place.log);
  if (place === undefined || anchored === undefined || place.leafIndex >= anchored.treeSize) return undefined;
  return { leafIndex: place.leafIndex, anchored };
};

export const leafAt = async (
  deps: Pick<QueryDependencies, 'logs' | 'cosignatures'>,
  standing: Standing,
): Promise<AnchoredLeaf> => {
  const { leafIndex, anchored } = standing;
  const checkpoint = await cosignedNote(deps.cosignatures, anchored.log, anchored.note);
  const inclusion = await pathOf(deps, standing);
  return {
    proof: formatTlogProof({ extra: undefined, leafIndex, inclusionProof: inclusion, checkpoint }),
    receipt: anchored.receipt,
  };
};

const pathOf = async (
  { logs }: Pick<QueryDependencies, 'logs'>,
  { leafIndex, anchored: { log, treeSize } }: Standing,
): Promise<readonly Uint8Array[]> => {
  const hashes = tileHashReader(sha256, treeSize, async (tile) => logs.readTile(log, tile));
  return inclusionProof(sha256, leafIndex, treeSize, hashes);
};
