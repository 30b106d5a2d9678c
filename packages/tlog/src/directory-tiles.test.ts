import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { emptyTree, rootHash } from './compact-tree.ts';
import { inclusionProof, verifyInclusion } from './inclusion-proof.ts';
import { integrate } from './integrate.ts';
import { leafHash } from './merkle-hash.ts';
import { directoryTiles, sha256 } from './node.ts';
import { compareTiles } from './rebuild.ts';
import { decodeBundle, tileHashReader } from './tile.ts';

const entry = (index: number): Uint8Array => Buffer.from(`entry ${index}`);

describe('a log as static files', () => {
  let directory = '';
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'tlog-tiles-'));
  });
  after(() => rm(directory, { recursive: true }));

  const files = async (under: string): Promise<string[]> => {
    const found = await readdir(join(directory, under), { recursive: true, withFileTypes: true });
    return found
      .filter((each) => each.isFile())
      .map((each) => join(each.parentPath, each.name).slice(directory.length + 1))
      .toSorted();
  };

  it('has the files that the specification names, and partial ones until the full one is there', async () => {
    const tiles = directoryTiles(directory);
    let tree = emptyTree;
    for (const [size, expected] of [
      [1, ['tile/0/000.p/1', 'tile/entries/000.p/1']],
      [255, ['tile/0/000.p/1', 'tile/0/000.p/255', 'tile/entries/000.p/1', 'tile/entries/000.p/255']],
      [256, ['tile/0/000', 'tile/1/000.p/1', 'tile/entries/000']],
      [257, ['tile/0/000', 'tile/0/001.p/1', 'tile/1/000.p/1', 'tile/entries/000', 'tile/entries/001.p/1']],
      [
        600,
        [
          'tile/0/000',
          'tile/0/001',
          'tile/0/002.p/88',
          'tile/1/000.p/1',
          'tile/1/000.p/2',
          'tile/entries/000',
          'tile/entries/001',
          'tile/entries/002.p/88',
        ],
      ],
    ] as const) {
      const entries = Array.from({ length: size - tree.treeSize }, (_, at) => entry(tree.treeSize + at));
      const grown = await integrate(sha256, tree, entries, tiles.readTile);
      for (const tile of grown.tiles) await tiles.writeTile(tile);
      ({ tree } = grown);
      assert.deepEqual(await files('tile'), expected);
    }
    assert.deepEqual(
      await compareTiles(sha256, 600, tiles.readTile, ({ tile, fault }) => assert.fail(`${tile.index} ${fault}`)),
      tree,
    );
    // An older and narrower tree is read out of the wider tiles.
    const older = await compareTiles(sha256, 300, tiles.readTile, ({ tile, fault }) =>
      assert.fail(`${tile.index} ${fault}`),
    );
    const read = tileHashReader(sha256, 300, tiles.readTile);
    const proof = await inclusionProof(sha256, 299, 300, read);
    const claim = { leafIndex: 299, treeSize: 300, leafHash: leafHash(sha256, entry(299)), proof };
    verifyInclusion(sha256, { ...claim, rootHash: rootHash(sha256, older) });
    assert.equal(decodeBundle((await tiles.readTile({ level: 'entries', index: 2, width: 3 }))!).length, 3);
  });

  it('has nothing beyond its end, and takes no draft or stray file for a tile', async () => {
    const tiles = directoryTiles(join(directory, 'short'));
    const tile = { level: 0, index: 0, width: 2 };
    assert.equal(await tiles.readTile(tile), undefined);
    await mkdir(join(directory, 'short/tile/0/000.p'), { recursive: true });
    for (const name of ['9.new', 'x', '2~'])
      await writeFile(join(directory, 'short/tile/0/000.p', name), Buffer.alloc(512));
    assert.equal(await tiles.readTile(tile), undefined);
    await tiles.writeTile({ ...tile, data: Buffer.alloc(64, 1) });
    assert.deepEqual(await tiles.readTile(tile), new Uint8Array(64).fill(1));
    assert.equal(await tiles.readTile({ ...tile, width: 3 }), undefined);
    // Cut short on the disk.
    await writeFile(join(directory, 'short/tile/0/000.p/2'), Buffer.alloc(63));
    assert.equal(await tiles.readTile(tile), undefined);
  });

  it('keeps texts beside the tiles', async () => {
    const tiles = directoryTiles(join(directory, 'texts'));
    assert.equal(await tiles.readText('checkpoint'), undefined);
    for (const text of ['— one\n', '— two\n']) await tiles.writeText('checkpoint', text);
    assert.equal(await tiles.readText('checkpoint'), '— two\n');
    assert.deepEqual(await files('texts'), ['texts/checkpoint']);
  });
});
