import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { formatCheckpoint, openCheckpoint, parseCheckpoint } from './checkpoint.ts';
import { leafHash } from './merkle-hash.ts';
import { generateEd25519, sha256, verifyEd25519 } from './node.ts';
import { formatVerifierKey, makeVerifierKey, openNote, parseNote, parseVerifierKey, signNote } from './signed-note.ts';
import { decodeBundle, encodeBundle, parseTilePath, tilePath } from './tile.ts';
import { TlogError } from './tlog-error.ts';
import { formatTlogProof, parseTlogProof, verifyTlogProof } from './tlog-proof.ts';

const is = (code: TlogError['code']) => (error: unknown) => error instanceof TlogError && error.code === code;

/** The example of golang.org/x/mod/sumdb/note, by the author of the format. */
const peterNeumann = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
const peterNeumannNote =
  "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

describe('signed note', () => {
  it('verifies the published example', async () => {
    const text = await openNote(peterNeumannNote, parseVerifierKey(sha256, peterNeumann), verifyEd25519);
    assert.match(text, /^If you think cryptography .* problem is\.\n$/s);
  });

  it('refuses another text, another key and what is no note', async () => {
    const key = parseVerifierKey(sha256, peterNeumann);
    await assert.rejects(openNote(peterNeumannNote.replace('If', 'If,'), key, verifyEd25519), is('mismatch'));
    const other = makeVerifierKey(sha256, 'PeterNeumann', generateEd25519().publicKey);
    await assert.rejects(openNote(peterNeumannNote, other, verifyEd25519), is('mismatch'));
    for (const text of [
      '',
      '\n\n',
      'text\n',
      'text\n\nno signature\n',
      peterNeumannNote.slice(0, -1),
      peterNeumannNote.replace('If', '\t'),
    ]) {
      assert.throws(() => parseNote(text), is('malformed'), JSON.stringify(text));
    }
  });

  it('knows a verifier key by its own hash', () => {
    const key = makeVerifierKey(sha256, 'example.com/log', generateEd25519().publicKey);
    assert.deepEqual(parseVerifierKey(sha256, formatVerifierKey(key)), key);
    assert.throws(
      () => parseVerifierKey(sha256, formatVerifierKey(key).replace('example', 'Example')),
      is('malformed'),
    );
  });
});

describe('tiles', () => {
  it('have one path each', () => {
    assert.equal(tilePath({ level: 0, index: 1_234_067, width: 256 }), 'tile/0/x001/x234/067');
    assert.equal(tilePath({ level: 'entries', index: 273, width: 112 }), 'tile/entries/273.p/112');
    fc.assert(
      fc.property(fc.nat(63), fc.nat(2 ** 40), fc.integer({ min: 1, max: 256 }), (level, index, width) => {
        const tile = { level, index, width };
        assert.deepEqual(parseTilePath(tilePath(tile)), tile);
      }),
    );
    for (const path of [
      'tile/0/1',
      'tile/00/001',
      'tile/0/001.p/256',
      'tile/0/001.p/0',
      'tile/0/x000/001',
      'tile/64/001',
      'tile/0/001/',
      'tile/0/001.p/01',
    ]) {
      assert.equal(parseTilePath(path), undefined, path);
    }
  });

  it('keep entries behind their lengths', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 20 }), (entries) => {
        assert.deepEqual(
          decodeBundle(encodeBundle(entries)).map((each) => [...each]),
          entries.map((each) => [...each]),
        );
      }),
    );
    assert.throws(() => decodeBundle(Uint8Array.of(0)), is('malformed'));
    assert.throws(() => decodeBundle(Uint8Array.of(0, 2, 1)), is('malformed'));
  });
});

describe('tlog-proof', () => {
  const { publicKey, sign } = generateEd25519();
  const key = makeVerifierKey(sha256, 'example.com/log', publicKey);
  const entry = Buffer.from('the entry');
  const make = async (): Promise<string> => {
    const text = formatCheckpoint({ origin: key.name, treeSize: 1, rootHash: leafHash(sha256, entry), extensions: [] });
    return formatTlogProof({
      extra: undefined,
      leafIndex: 0,
      inclusionProof: [],
      checkpoint: await signNote(text, key, sign),
    });
  };

  it('leads from the entry to what the log signed', async () => {
    const proof = await make();
    const head = await verifyTlogProof({ sha256, verify: verifyEd25519, key }, entry, proof);
    assert.equal(head.treeSize, 1);
    assert.deepEqual(
      parseTlogProof(formatTlogProof({ ...parseTlogProof(proof), extra: Buffer.from('x') })).extra,
      new Uint8Array(Buffer.from('x')),
    );
    await assert.rejects(
      verifyTlogProof({ sha256, verify: verifyEd25519, key }, Buffer.from('another'), proof),
      is('mismatch'),
    );
  });

  it('refuses what is not its format', async () => {
    const proof = await make();
    for (const text of [
      '',
      'x',
      proof.replace('@v1', '@v2'),
      proof.replace('index 0', 'index 00'),
      proof.replace('index 0', 'index 0\nAAAA'),
    ]) {
      assert.throws(() => parseTlogProof(text), is('malformed'), JSON.stringify(text));
    }
  });

  it('takes a checkpoint of the log alone', async () => {
    const text = formatCheckpoint({
      origin: 'example.com/other',
      treeSize: 0,
      rootHash: new Uint8Array(32),
      extensions: [],
    });
    await assert.rejects(openCheckpoint(await signNote(text, key, sign), key, verifyEd25519), is('mismatch'));
    for (const broken of ['', 'a\n1\n', 'a\n01\nAAAA\n', text.slice(0, -1), `${text}\n`])
      assert.throws(() => parseCheckpoint(broken), is('malformed'));
  });
});
