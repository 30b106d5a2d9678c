import { followLog, portablePrimitives, type LogSource } from '@chartseal/client';
import { ChartsealError, type LogEntry, type LogName, type WriterLease } from '@chartseal/ports';
import { integrate, verifierKeyOf } from '@chartseal/service-anchor';
import {
  consistencyProof,
  decodeBundle,
  emptyTree,
  equalBytes,
  formatVerifierKey,
  fromBase64,
  serialiseTree,
  tileHashReader,
  tileWidth,
  verifyConsistency,
  TlogError,
  type Checkpoint,
  type TileData,
} from '@chartseal/tlog';
import { sha256 } from '@chartseal/tlog/node';
import type { RecoveryEngines } from '../compose-recovery.ts';
import type { Base } from './end-log.ts';
import { currentIdentity } from './line.ts';
import { lostHandle } from './recovery.ts';

const batch = 5000;

/**
 * Takes over what a mirror has beyond this store, entry by entry, after its entries were shown to make the root that our own key signed and that the ledger
 * knows. Each leaf gets the version that waits for one and has its commitment; the others are lost.
 * @throws ChartsealError `invalid` for a mirror that is not of this log, or does not reach as far as the ledger
 */
export const continueFromMirror = async (
  engines: RecoveryEngines,
  log: LogName,
  mirror: LogSource,
  onLedger: Base,
): Promise<void> => {
  const { logs } = engines;
  const { checkpoint, note, entries, from } = await readMirror(engines, log, mirror);
  await requireLedgersTree(log, mirror, checkpoint, onLedger);
  const lease = await logs.lease(log);
  await adopt(engines, lease, entries, from);
  await logs.publishCheckpoint(lease, { treeSize: checkpoint.treeSize, note });
};

type Read = {
  readonly checkpoint: Checkpoint;
  readonly note: string;
  /** From the store's own size on. */
  readonly entries: readonly Uint8Array[];
  readonly from: number;
};

const readMirror = async (engines: RecoveryEngines, log: LogName, mirror: LogSource): Promise<Read> => {
  const { logs } = engines;
  const head = await logs.head(log);
  const from = head?.treeSize ?? 0;
  const tree = head?.state ?? serialiseTree(emptyTree);
  const identity = await currentIdentity(engines, log);
  const { origin } = identity;
  const keys = [formatVerifierKey(verifierKeyOf(identity))];
  const bundles = new Map<number, TileData>();
  const keep = {
    readTile: (tile: Parameters<LogSource['readTile']>[0]) => logs.readTile(log, tile),
    // Hash tiles are made anew when the entries are taken over.
    writeTile: async (tile: TileData) => void (tile.level === 'entries' && bundles.set(tile.index, tile)),
  };
  const options = { ...portablePrimitives, keys, seen: { origin, note: '', tree } };
  const followed = await followLog(mirror, {
    ...options,
    keep: { ...keep, readTile: mirroredTile(keep.readTile, mirror) },
  });
  if (followed.outcome === 'refuted')
    throw new ChartsealError('invalid', `the mirror is not one of this log: ${followed.fault} (${followed.at})`);
  const entries = [...bundles.values()]
    .toSorted((a, b) => a.index - b.index)
    .flatMap(({ index, data }) => decodeBundle(data).map((entry, at) => ({ entry, leafIndex: index * tileWidth + at })))
    .filter(({ leafIndex }) => leafIndex >= from)
    .map(({ entry }) => entry);
  return { checkpoint: followed.checkpoint, note: followed.seen.note, entries, from };
};

/** The store has what was there before; what this look makes on the way is in the mirror. */
const mirroredTile =
  (stored: LogSource['readTile'], mirror: LogSource): LogSource['readTile'] =>
  async (tile) =>
    (await stored(tile)) ?? mirror.readTile(tile);

/** That the mirror's tree goes on from the ledger's. */
const requireLedgersTree = async (
  log: LogName,
  mirror: LogSource,
  newer: Checkpoint,
  { treeSize, rootHash }: Base,
): Promise<void> => {
  if (newer.treeSize < treeSize)
    throw new ChartsealError(
      'invalid',
      `the mirror of the ${log} log has ${newer.treeSize} leaves, and the ledger ${treeSize}: find a longer one`,
    );
  const oldRoot = fromBase64(rootHash) ?? new Uint8Array();
  const sizes = { oldSize: treeSize, newSize: newer.treeSize };
  try {
    if (sizes.oldSize === sizes.newSize) {
      if (!equalBytes(oldRoot, newer.rootHash)) throw new TlogError('mismatch', 'another root');
      return;
    }
    const read = tileHashReader(sha256, newer.treeSize, mirror.readTile);
    const proof = await consistencyProof(sha256, sizes.oldSize, sizes.newSize, read);
    verifyConsistency(sha256, { ...sizes, oldRoot, newRoot: newer.rootHash, proof });
  } catch (cause) {
    if (!(cause instanceof TlogError)) throw cause;
    throw new ChartsealError('invalid', 'the mirror is of another history than the ledger’s', {}, { cause });
  }
};

const adopt = async (
  { logs, inspection }: RecoveryEngines,
  lease: WriterLease,
  entries: readonly Uint8Array[],
  from: number,
): Promise<void> => {
  const { log } = lease;
  for (let at = 0; at < entries.length; at += batch) {
    const chunk = entries.slice(at, at + batch);
    const waiting = await inspection.unsequenced(log, chunk);
    const owned = chunk.map((entry, place): LogEntry => {
      const leafIndex = from + at + place;
      const entryHex = Buffer.from(entry).toString('hex');
      return { handle: lostHandle(log, leafIndex), versionId: 1, ...waiting.get(entryHex), entry };
    });
    await logs.append(lease, owned, integrate);
  }
};
