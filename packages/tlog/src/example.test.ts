import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { it } from 'node:test';
import {
  emptyTree,
  formatCheckpoint,
  formatTlogProof,
  inclusionProof,
  integrate,
  makeVerifierKey,
  rootHash,
  signNote,
  tileHashReader,
  tilePath,
  verifyTlogProof,
  type TileCoordinates,
} from './index.ts';
import { generateEd25519, sha256, verifyEd25519 } from './node.ts';

it('does what the README shows', async () => {
  const entries = ['one', 'two', 'three'].map((text) => Buffer.from(text));
  const { publicKey, sign } = generateEd25519();
  const store = new Map<string, Uint8Array>();
  // README: begin
  const key = makeVerifierKey(sha256, 'example.com/log', publicKey);
  const readTile = async (tile: TileCoordinates) => store.get(tilePath(tile));

  // The log appends: it stores the tree and its tiles in one transaction, then signs.
  const { tree, tiles } = await integrate(sha256, emptyTree, entries, readTile);
  for (const tile of tiles) store.set(tilePath(tile), tile.data);
  const head = { origin: key.name, treeSize: tree.treeSize, rootHash: rootHash(sha256, tree), extensions: [] };
  const checkpoint = await signNote(formatCheckpoint(head), key, sign);

  // It proves an entry from its tiles.
  const read = tileHashReader(sha256, tree.treeSize, readTile);
  const proof = formatTlogProof({
    extra: undefined,
    leafIndex: 1,
    inclusionProof: await inclusionProof(sha256, 1, tree.treeSize, read),
    checkpoint,
  });

  // Anyone who knows the key checks it, offline.
  const proved = await verifyTlogProof({ sha256, verify: verifyEd25519, key }, Buffer.from('two'), proof);
  // README: end
  assert.equal(proved.treeSize, 3);
  const source = await readFile(new URL(import.meta.url), 'utf8');
  const example = source.slice(source.indexOf('begin\n') + 'begin\n'.length, source.indexOf('  // README: end'));
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
  assert.ok(readme.includes(`\n${example.replaceAll(/^ {2}/gm, '')}\`\`\``), 'the README shows another example');
});
