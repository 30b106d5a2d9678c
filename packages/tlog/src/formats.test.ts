import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { fromBase64, toBase64 } from './bytes.ts';
import { formatCheckpoint, openCheckpoint, parseCheckpoint } from './checkpoint.ts';
import { leafHash, nodeHash } from './merkle-hash.ts';
import { generateEd25519, sha256, verifyEd25519 } from './node.ts';
import {
  formatNote,
  formatVerifierKey,
  makeVerifierKey,
  openNote,
  parseNote,
  parseVerifierKey,
  signNote,
} from './signed-note.ts';
import { decodeBundle, encodeBundle, parseTilePath, tilePath, widthInTree } from './tile.ts';
import { TlogError } from './tlog-error.ts';
import { formatTlogProof, parseTlogProof, verifyTlogProof } from './tlog-proof.ts';

const is = (code: TlogError['code']) => (error: unknown) => error instanceof TlogError && error.code === code;

/** The example of golang.org/x/mod/sumdb/note, by the author of the format. */
const peterNeumann = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
const peterNeumannNote =
  "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

describe('base64', () => {
  it('has one text for each value, of any length', () => {
    fc.assert(fc.property(fc.uint8Array(), (bytes) => assert.deepEqual(fromBase64(toBase64(bytes)), bytes)));
    for (const text of ['A', 'AA', 'AA=', 'AB==', 'AAB=', '=', '====', 'AAA=AAAA', 'AA A', 'AAA\n', 'AA-_', 'A==='])
      assert.equal(fromBase64(text), undefined, text);
    assert.equal(fromBase64('AAAA'.repeat(1_250_000))?.length, 3_750_000);
  });
});

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

  it('verifies the example of the specification', async () => {
    const key = parseVerifierKey(sha256, 'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k');
    const note =
      'This is an example message.\n\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n';
    assert.equal(await openNote(note, key, verifyEd25519), 'This is an example message.\n');
  });

  it('passes over unknown signatures, and over no wrong one by a known key', async () => {
    const makeKey = (name: string) => {
      const { publicKey, sign } = generateEd25519();
      return { key: makeVerifierKey(sha256, name, publicKey), sign };
    };
    const [old, next, unknown] = [makeKey('example.com/log'), makeKey('example.com/log'), makeKey('witness.example')];
    const signed = async (text: string, ...by: (typeof old)[]): Promise<string> => {
      const notes = await Promise.all(by.map(({ key, sign }) => signNote(text, key, sign)));
      return formatNote({ text, signatures: notes.flatMap((note) => parseNote(note).signatures) });
    };
    const keys = [old.key, next.key];
    assert.equal(await openNote(await signed('a\n\nb\n', unknown, next), keys, verifyEd25519), 'a\n\nb\n');
    assert.equal(await openNote(await signed('a\n', unknown, old, next), old.key, verifyEd25519), 'a\n');
    await assert.rejects(openNote(await signed('a\n', unknown), keys, verifyEd25519), is('mismatch'));
    await assert.rejects(openNote(await signed('a\n', old), [], verifyEd25519), is('mismatch'));
    const lie = { ...old, sign: next.sign };
    await assert.rejects(openNote(await signed('a\n', lie, next), keys, verifyEd25519), is('mismatch'));
  });

  it('has no name with a space, a plus or a control character in it', () => {
    const { publicKey } = generateEd25519();
    for (const name of ['', 'a b', 'a+b', 'a\u0085b', 'a\u00a0b', 'a\u3000b', 'a\nb', 'a\u0000b']) {
      assert.throws(() => makeVerifierKey(sha256, name, publicKey), is('malformed'), JSON.stringify(name));
      assert.throws(() => parseNote(`text\n\n— ${name} AAAAAAA=\n`), is('malformed'), JSON.stringify(name));
    }
    for (const note of [
      'text\r\n\n— a AAAAAAA=\n',
      'text\n\n— a AAAA\n',
      'text\n\n— a AAAAAAB=\n',
      'text\n\n- a AAAAAAA=\n',
      'text\n\n—  a AAAAAAA=\n',
      'text\n\n— a AAAAAAA=\n\n',
      'text \ud800\n\n— a AAAAAAA=\n',
    ])
      assert.throws(() => parseNote(note), is('malformed'), JSON.stringify(note));
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

  it('have no path outside the format', () => {
    for (const tile of [
      { level: 64, index: 0, width: 256 },
      { level: -1, index: 0, width: 256 },
      { level: 0.5, index: 0, width: 256 },
      { level: 0, index: -1, width: 256 },
      { level: 0, index: 2 ** 53, width: 256 },
      { level: 'entries' as const, index: 0, width: 0 },
      { level: 'entries' as const, index: 0, width: 257 },
    ])
      assert.throws(() => tilePath(tile), is('size'), JSON.stringify(tile));
    for (const width of [0, 257, 999]) assert.equal(parseTilePath(`tile/0/001.p/${width}`), undefined);
    assert.equal(parseTilePath('tile/0/x009/x007/x199/x254/x740/992'), undefined);
  });

  it('are as wide as the specification says of 70,000 entries', () => {
    const widths = [
      [0, 272],
      [0, 273],
      [0, 274],
      [1, 0],
      [1, 1],
      [1, 2],
      [2, 0],
      [3, 0],
    ] as const;
    assert.deepEqual(
      widths.map(([level, index]) => widthInTree(level, index, 70_000)),
      [256, 112, 0, 256, 17, 0, 1, 0],
    );
    assert.equal(widthInTree(1, 0, 256), 1);
    assert.equal(widthInTree('entries', 273, 70_000), 112);
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
    assert.deepEqual(decodeBundle(encodeBundle([new Uint8Array(65_535)]))[0]?.length, 65_535);
    assert.throws(() => encodeBundle([new Uint8Array(65_536)]), is('size'));
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

  it('refuses any change of a character', async () => {
    const sibling = leafHash(sha256, Buffer.from('its sibling'));
    const root = nodeHash(sha256, leafHash(sha256, entry), sibling);
    const text = formatCheckpoint({ origin: key.name, treeSize: 2, rootHash: root, extensions: ['an extension'] });
    const checkpoint = await signNote(text, key, sign);
    const proof = formatTlogProof({ extra: undefined, leafIndex: 0, inclusionProof: [sibling], checkpoint });
    const opening = { sha256, verify: verifyEd25519, key };
    assert.equal((await verifyTlogProof(opening, entry, proof)).treeSize, 2);
    await fc.assert(
      fc.asyncProperty(
        fc.nat(proof.length - 1),
        fc.constantFrom('', 'A', '0', '1', '=', '\n', ' '),
        async (at, char) => {
          const changed = `${proof.slice(0, at)}${char}${proof.slice(at + 1)}`;
          fc.pre(changed !== proof);
          await assert.rejects(
            verifyTlogProof(opening, entry, changed),
            (error) => error instanceof TlogError && error.code !== 'unavailable',
          );
        },
      ),
      { numRuns: 400 },
    );
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

  it('writes no checkpoint that reads as another', () => {
    const head = { origin: 'example.com/log', treeSize: 1, rootHash: new Uint8Array(32), extensions: ['more'] };
    assert.deepEqual(parseCheckpoint(formatCheckpoint(head)), head);
    for (const wrong of [
      { origin: '' },
      { origin: 'example.com/log\n7' },
      { treeSize: -1 },
      { treeSize: 1.5 },
      { treeSize: 2 ** 53 },
      { rootHash: new Uint8Array(31) },
      { extensions: [''] },
      { extensions: ['two\nlines'] },
    ])
      assert.throws(() => formatCheckpoint({ ...head, ...wrong }), is('malformed'), JSON.stringify(wrong));
  });
});
