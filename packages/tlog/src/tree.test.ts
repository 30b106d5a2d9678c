import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { append, emptyTree, rootHash } from './compact-tree.ts';
import { verifyConsistency } from './consistency-proof.ts';
import { inclusionProof, verifyInclusion } from './inclusion-proof.ts';
import { integrate } from './integrate.ts';
import { leafHash, nodeHash } from './merkle-hash.ts';
import { sha256 } from './node.ts';
import { tileHashReader, tilePath, type TileData, type TileReader } from './tile.ts';
import { compareTiles, rootFromEntries, type TileFault } from './rebuild.ts';
import { TlogError } from './tlog-error.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const entry = (index: number): Uint8Array => Buffer.from(`entry ${index}`);

/** A log in memory that keeps whole tiles, as a store would. */
const makeLog = async (sizes: readonly number[]) => {
  const tiles = new Map<string, TileData>();
  const readTile: TileReader = async ({ level, index, width }) => {
    const tile = tiles.get(`${level}/${index}`);
    if (tile === undefined || tile.width < width) return undefined;
    return level === 'entries' ? tile.data : tile.data.subarray(0, width * 32);
  };
  let tree = emptyTree;
  for (const size of sizes) {
    const entries = Array.from({ length: size - tree.treeSize }, (_, at) => entry(tree.treeSize + at));
    const grown = await integrate(sha256, tree, entries, readTile);
    for (const tile of grown.tiles) tiles.set(`${tile.level}/${tile.index}`, tile);
    tree = grown.tree;
  }
  return { tree, tiles, readTile, read: tileHashReader(sha256, tree.treeSize, readTile) };
};

const rootAt = (size: number): Uint8Array =>
  rootHash(
    sha256,
    append(
      sha256,
      emptyTree,
      Array.from({ length: size }, (_, at) => leafHash(sha256, entry(at))),
    ),
  );

describe('RFC 6962 tree', () => {
  it('refuses hashes of another length, which let one root stand for two trees', () => {
    const [a, b, c] = [0, 1, 2].map((index) => leafHash(sha256, entry(index)));
    const left = nodeHash(sha256, a!, b!);
    const oldRoot = nodeHash(sha256, left, c!);
    // The border between left and c, one byte further: the old root stays, and the new one is of no RFC 6962 tree.
    const [longer, shorter] = [Buffer.concat([left, c!.subarray(0, 1)]), c!.subarray(1)];
    const anything = Buffer.from('no hash of a tree');
    const newRoot = nodeHash(sha256, longer, nodeHash(sha256, shorter, anything));
    assert.throws(
      () => verifyConsistency(sha256, { oldSize: 3, newSize: 4, oldRoot, newRoot, proof: [shorter, anything, longer] }),
      (error) => error instanceof TlogError && error.code === 'malformed',
    );
  });

  it('integrates in any batches to the same tiles', async () => {
    const whole = await makeLog([70_000]);
    const parts = await makeLog([1, 255, 256, 257, 511, 513, 65_535, 65_537, 70_000]);
    assert.equal(hex(rootHash(sha256, parts.tree)), hex(rootHash(sha256, whole.tree)));
    for (const [name, tile] of whole.tiles) {
      assert.equal(parts.tiles.get(name)?.width, tile.width, tilePath(tile));
      assert.ok(Buffer.from(parts.tiles.get(name)?.data ?? []).equals(tile.data), tilePath(tile));
    }
    for (const leafIndex of [0, 255, 256, 65_536, 69_999]) {
      const proof = await inclusionProof(sha256, leafIndex, 69_999 + 1, parts.read);
      verifyInclusion(sha256, {
        leafIndex,
        treeSize: 70_000,
        leafHash: leafHash(sha256, entry(leafIndex)),
        rootHash: rootHash(sha256, whole.tree),
        proof,
      });
    }
  });

  it('takes of a wider tile what it asked for, and refuses a narrower one', async () => {
    const [small, large] = [await makeLog([10]), await makeLog([20])];
    const next = [entry(10), entry(11)];
    const stale = await integrate(
      sha256,
      small.tree,
      next,
      async ({ level, index }) => large.tiles.get(`${level}/${index}`)?.data,
    );
    assert.deepEqual(stale, await integrate(sha256, small.tree, next, small.readTile));
    const isUnavailable = (error: unknown): boolean => error instanceof TlogError && error.code === 'unavailable';
    for (const lost of [0, 'entries'])
      await assert.rejects(
        integrate(sha256, small.tree, next, async (tile) =>
          tile.level === lost ? new Uint8Array() : small.readTile(tile),
        ),
        isUnavailable,
      );
  });
});

describe('a log rebuilt from its entries', () => {
  const faults = async (treeSize: number, readTile: TileReader): Promise<TileFault[]> => {
    const found: TileFault[] = [];
    await compareTiles(sha256, treeSize, readTile, (fault) => found.push(fault));
    return found;
  };

  it('has the same root at every size, and the same tiles', async () => {
    const { readTile, tree } = await makeLog([66_000]);
    for (const size of [0, 1, 255, 256, 257, 1000])
      assert.deepEqual(rootHash(sha256, await rootFromEntries(sha256, size, readTile)), rootAt(size));
    assert.deepEqual(await rootFromEntries(sha256, 66_000, readTile), tree);
    assert.deepEqual(await faults(66_000, readTile), []);
  });

  it('names each tile that was changed or lost', async () => {
    const { tiles, readTile } = await makeLog([66_000]);
    const hashTiles = [...tiles.values()].filter(({ level }) => level !== 'entries');
    const broken = [
      { tile: hashTiles[0]!, fault: 'missing', stored: undefined },
      { tile: hashTiles[150]!, fault: 'different', stored: hashTiles[150]!.data.with(8191, 0) },
      { tile: hashTiles.at(-1)!, fault: 'different', stored: hashTiles.at(-1)!.data.subarray(1) },
    ];
    const read: TileReader = async (asked) => {
      const hit = broken.find(({ tile }) => tile.level === asked.level && tile.index === asked.index);
      return hit === undefined ? readTile(asked) : hit.stored;
    };
    const names = (await faults(66_000, read)).map(({ tile, fault }) => `${tilePath(tile)} ${fault}`);
    assert.deepEqual(names.sort(), broken.map(({ tile, fault }) => `${tilePath(tile)} ${fault}`).sort());
  });

  it('needs every entry', async () => {
    const { readTile } = await makeLog([600]);
    const cut: TileReader = async (tile) => {
      const data = await readTile(tile);
      return tile.level === 'entries' && tile.index === 1 ? undefined : data;
    };
    await assert.rejects(
      rootFromEntries(sha256, 600, cut),
      (error) =>
        error instanceof TlogError && error.code === 'unavailable' && error.message.includes('tile/entries/001'),
    );
  });
});
