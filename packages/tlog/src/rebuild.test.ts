import { deepEqual, equal, rejects } from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { emptyTree, serialiseTree, type CompactTree } from './compact-tree.ts';
import { integrate } from './integrate.ts';
import { sha256 } from './node.ts';
import { rebuildTree, treeFromTiles } from './rebuild.ts';
import { decodeBundle, tilePath, widthInTree, type TileReader } from './tile.ts';

const largest = 1100;

/** The widest tile of each place, and the tree at each size. */
const tiles = new Map<string, Uint8Array>();
const trees: CompactTree[] = [emptyTree];
for (let size = 0; size < largest; size += 1) {
  const entry = Uint8Array.of(size >> 8, size & 0xff);
  const grown = await integrate(sha256, trees[size]!, [entry], async ({ level, index }) =>
    tiles.get(`${level}/${index}`),
  );
  for (const { level, index, data } of grown.tiles) tiles.set(`${level}/${index}`, data);
  trees.push(grown.tree);
}
const readTile: TileReader = async ({ level, index, width }) => {
  const data = tiles.get(`${level}/${index}`);
  return level === 'entries' ? data : data?.subarray(0, width * 32);
};
const readEntries = async (bundle: Parameters<TileReader>[0]) =>
  decodeBundle((await readTile(bundle)) ?? Uint8Array.of());
const size = fc.nat(largest);

describe('A tree that is gone on with', () => {
  it('is at each size what it was, with the tiles that the new entries finish or widen', () =>
    fc.assert(
      fc.asyncProperty(size, size, fc.array(size, { maxLength: 4 }), async (a, b, sizes) => {
        const [from, to] = [Math.min(a, b), Math.max(a, b)];
        const seen: CompactTree[] = [];
        const paths: string[] = [];
        const tree = await rebuildTree(sha256, trees[from]!, to, {
          readEntries,
          readTile,
          onTile: async ({ data, ...tile }) => {
            paths.push(tilePath(tile));
            deepEqual(data, new Uint8Array((await readTile(tile))!));
          },
          sizes,
          onTree: (at) => seen.push(at),
        });
        equal(serialiseTree(tree), serialiseTree(trees[to]!));
        const wanted = [...new Set(sizes)].filter((each) => each >= from && each <= to).toSorted((x, y) => x - y);
        deepEqual(
          seen.map(serialiseTree),
          wanted.map((each) => serialiseTree(trees[each]!)),
        );
        const expected = [0, 1].flatMap((level) =>
          Array.from({ length: 6 }, (_, index) => ({ level, index, width: widthInTree(level, index, to) }))
            .filter(({ index, width }) => width > widthInTree(level, index, from))
            .map(tilePath),
        );
        deepEqual(paths.toSorted(), expected.toSorted());
      }),
      { numRuns: 30 },
    ));

  it('is what its hash tiles tell, and needs those that it goes on beside', async () => {
    await fc.assert(
      fc.asyncProperty(size, async (at) =>
        equal(serialiseTree(await treeFromTiles(sha256, at, readTile)), serialiseTree(trees[at]!)),
      ),
      { numRuns: 50 },
    );
    await rejects(rebuildTree(sha256, trees[300]!, 301, { readEntries }), { name: 'TlogError' });
  });
});
