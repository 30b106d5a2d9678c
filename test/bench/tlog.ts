/**
 * `pnpm bench:tlog`, and at the end of `pnpm bench`: packages/tlog on one core. Leaves appended a second, without tiles and with them, to a log of ten million;
 * what the process holds meanwhile; and proofs of leaves anywhere in that log, each made from tiles read from the disk, and verified. Beside it SHA-256
 * alone: two hashes a leaf is what a tree costs at least.
 */
import { randomInt } from 'node:crypto';
import { mkdtemp, open, rm, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  append,
  emptyTree,
  inclusionProof,
  integrate,
  leafHash,
  rootHash,
  tileHashReader,
  tileWidth,
  verifyInclusion,
  type CompactTree,
  type TileCoordinates,
  type TileData,
} from '@chartseal/tlog';
import { sha256 } from '@chartseal/tlog/node';

const leafCount = 10_000_000;
const batch = 4096;
const entryBytes = 100;
const tileBytes = tileWidth * 32;
const proofCount = 2000;

const entryAt = (index: number): Uint8Array => {
  const entry = new Uint8Array(entryBytes);
  new DataView(entry.buffer).setFloat64(0, index);
  return entry;
};

const entriesFrom = (start: number, end: number): Uint8Array[] =>
  Array.from({ length: end - start }, (_, at) => entryAt(start + at));

/** Hash tiles one behind the other, a file for each level; the entry bundle that is not full yet in memory. */
class TileFiles {
  readonly #directory: string;
  readonly #files = new Map<number, FileHandle>();
  #bundle: TileData | undefined;

  constructor(directory: string) {
    this.#directory = directory;
  }

  readonly read = async ({ level, index, width }: TileCoordinates): Promise<Uint8Array | undefined> => {
    if (level === 'entries') return this.#bundle?.index === index ? this.#bundle.data : undefined;
    const data = new Uint8Array(width * 32);
    const { bytesRead } = await (await this.#file(level)).read(data, 0, data.length, index * tileBytes);
    return bytesRead === data.length ? data : undefined;
  };

  async write(tiles: readonly TileData[]): Promise<void> {
    for (const tile of tiles) {
      if (tile.level === 'entries') this.#bundle = tile;
      else await (await this.#file(tile.level)).write(tile.data, 0, tile.data.length, tile.index * tileBytes);
    }
  }

  async close(): Promise<void> {
    for (const file of this.#files.values()) await file.close();
  }

  async #file(level: number): Promise<FileHandle> {
    const file = this.#files.get(level) ?? (await open(join(this.#directory, String(level)), 'w+'));
    this.#files.set(level, file);
    return file;
  }
}

const print = (what: string, figure: string): void => console.log(`${what.padEnd(58)} ${figure}`);

/** Processor time of this process beside the clock's: another program on the machine does not change it. */
const measure = async <T>(work: () => T | Promise<T>): Promise<{ result: T; seconds: number; processor: number }> => {
  const [began, used] = [performance.now(), process.cpuUsage()];
  const result = await work();
  const { user, system } = process.cpuUsage(used);
  return { result, seconds: (performance.now() - began) / 1000, processor: (user + system) / 1e6 };
};

const rate = (count: number, { seconds, processor }: { seconds: number; processor: number }): string =>
  `${(count / seconds).toFixed(0).padStart(6)}/s   ${((processor / count) * 1e6).toFixed(1)} µs of processor each`;

const resident = (): string => `${(process.memoryUsage().rss / 2 ** 20).toFixed(0)} MiB`;

const measureHash = async (): Promise<void> => {
  const node = new Uint8Array(65);
  const count = 500_000;
  const floor = await measure(() => {
    for (let at = 0; at < count; at += 1) sha256(node);
  });
  print('floor: SHA-256 of 65 bytes', rate(count, floor));
};

const measureAppend = async (): Promise<void> => {
  const count = 1_000_000;
  const appended = await measure(() => {
    let tree: CompactTree = emptyTree;
    for (let at = 0; at < count; at += batch) {
      const entries = entriesFrom(at, Math.min(at + batch, count));
      tree = append(
        sha256,
        tree,
        entries.map((entry) => leafHash(sha256, entry)),
      );
    }
    return tree;
  });
  print('tlog: append, the tree alone', rate(count, appended));
};

const measureTiles = async (files: TileFiles): Promise<CompactTree> => {
  const told: string[] = [];
  const grown = await measure(async () => {
    let tree: CompactTree = emptyTree;
    const shown = [1, 5, 10].map((millions) => millions * 1_000_000);
    while (tree.treeSize < leafCount) {
      const end = Math.min(tree.treeSize + batch, leafCount);
      const { tree: next, tiles } = await integrate(sha256, tree, entriesFrom(tree.treeSize, end), files.read);
      await files.write(tiles);
      tree = next;
      if (tree.treeSize < (shown[0] ?? Infinity)) continue;
      shown.shift();
      told.push(resident());
    }
    return tree;
  });
  print('tlog: append with tiles and entry bundles, tiles written', rate(leafCount, grown));
  print('tlog: resident at 1, 5 and 10 million leaves', told.join(', '));
  return grown.result;
};

const quantiles = (milliseconds: readonly number[]): string => {
  const sorted = milliseconds.toSorted((a, b) => a - b);
  const at = (share: number): string => (sorted[Math.floor((sorted.length - 1) * share)] ?? 0).toFixed(3);
  return `p50 ${at(0.5)} ms   p99 ${at(0.99)} ms`;
};

const measureProofs = async (tree: CompactTree, files: TileFiles): Promise<void> => {
  const [made, verified]: [number[], number[]] = [[], []];
  const { treeSize } = tree;
  const root = rootHash(sha256, tree);
  for (let count = 0; count < proofCount; count += 1) {
    const leafIndex = randomInt(treeSize);
    const began = performance.now();
    const proof = await inclusionProof(sha256, leafIndex, treeSize, tileHashReader(sha256, treeSize, files.read));
    const proven = performance.now();
    const claim = { leafIndex, treeSize, leafHash: leafHash(sha256, entryAt(leafIndex)), rootHash: root, proof };
    verifyInclusion(sha256, claim);
    made.push(proven - began);
    verified.push(performance.now() - proven);
  }
  print(`tlog: an inclusion proof from tiles, of ${leafCount} leaves`, quantiles(made));
  print('tlog: verifying one', quantiles(verified));
};

export const measureTlog = async (): Promise<void> => {
  const directory = await mkdtemp(join(tmpdir(), 'chartseal-bench-tlog-'));
  const files = new TileFiles(directory);
  try {
    await measureHash();
    await measureAppend();
    await measureProofs(await measureTiles(files), files);
  } finally {
    await files.close();
    await rm(directory, { recursive: true });
  }
};

if (import.meta.main) await measureTlog();
