/** A log over what a world has announced, and checkpoints of it that a ledger has committed, for tests of what is proved. */
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import {
  emptyTree,
  formatCheckpoint,
  integrate,
  makeVerifierKey,
  rootHash,
  signNote,
  tilePath,
  type TileCoordinates,
} from '@chartseal/tlog';
import type { QueryDependencies } from '../dependencies.ts';
import type { World } from './world.ts';

type Logs = QueryDependencies['logs'];

const sha256 = (data: Uint8Array): Uint8Array => new Uint8Array(createHash('sha256').update(data).digest());
const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const rawPublicKey = new Uint8Array(publicKey.export({ type: 'spki', format: 'der' }).subarray(-32));
const key = makeVerifierKey(sha256, 'hospital-a/records', rawPublicKey);

const nothing: Logs = {
  leafIndex: async () => undefined,
  anchored: async () => undefined,
  readTile: async () => undefined,
};

export class AnchoredLog {
  #current = nothing;

  /** For a world's dependencies. */
  readonly logs: Logs = {
    leafIndex: async (entry) => this.#current.leafIndex(entry),
    anchored: async (log) => this.#current.anchored(log),
    readTile: async (log, tile) => this.#current.readTile(log, tile),
  };

  /** Anchors what has been announced so far. `timestamp`: ISO 8601. */
  async anchor(world: Pick<World, 'memory'>, timestamp: string): Promise<void> {
    const data = world.memory.events
      .filter(({ topic }) => topic === 'chartseal.record.accepted.v1')
      .map(({ value }) => JSON.parse(value).data as { handle: string; versionId: number; commitment: string });
    const entries = data.map(({ commitment }) => new Uint8Array(Buffer.from(commitment, 'base64')));
    const { tree, tiles } = await integrate(sha256, emptyTree, entries, async () => undefined);
    const checkpoint = { origin: key.name, treeSize: tree.treeSize, rootHash: rootHash(sha256, tree), extensions: [] };
    const signer = (message: Uint8Array): Uint8Array => new Uint8Array(sign(null, message, privateKey));
    const note = await signNote(formatCheckpoint(checkpoint), key, signer);
    const receipt = { type: 'embedded', blockNumber: 1, transaction: { proposal: { timestamp } } } as const;
    const stored = new Map(tiles.map((tile) => [tilePath(tile), tile.data]));
    const { treeSize } = tree;
    this.#current = {
      async leafIndex({ handle, versionId }) {
        const leafIndex = data.findIndex((one) => one.handle === handle && one.versionId === versionId);
        return leafIndex < 0 ? undefined : { log: 'records', leafIndex };
      },
      anchored: async (log) => ({ log, treeSize, note, transactionId: 't', blockNumber: 1, receipt }),
      readTile: async (_log, tile: TileCoordinates) => stored.get(tilePath(tile)),
    };
  }
}
