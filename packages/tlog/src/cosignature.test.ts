import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  cosign,
  formatCosignerKey,
  makeCosignerKey,
  openCosignatures,
  parseCosignerKey,
  requireCosignatures,
  type CosignerKey,
  withSignatures,
} from './cosignature.ts';
import { ed25519Signer, generateEd25519, sha256, verifyEd25519 } from './node.ts';
import { formatNote, formatSignature, makeVerifierKey, signNote, type SignEd25519 } from './signed-note.ts';
import { TlogError } from './tlog-error.ts';
import { formatAddCheckpoint, parseAddCheckpoint, parseWitnessSize } from './witness-request.ts';

const is = (code: TlogError['code']) => (error: unknown) => error instanceof TlogError && error.code === code;

/** Made with github.com/transparency-dev/formats/note at 404c0d5b696c, NewSignerForCosignatureV1. */
const seed = Buffer.from('AaLa/dfyBhyo/m0Z7WCi98ENVZWtrP8pxgRNrx7tIWiA', 'base64').subarray(1);
const vkey = 'witness+24b37851+BNYV1Ztajd9BvyjP2HgpwrqYL6TjOwIjGMOq8Bu42xbN';
const text = 'example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n';
const timestamp = 0x6b045399;
const line =
  '— witness JLN4UQAAAABrBFOZ7w4PvCH9UOb47k3MgPyrcjhaJ9E73FrUftf9IF95Tl2Wc2ODm1lWHz787fYI3BL4sSfn3gIJCHAbS68dy40MDw==';
const signer = ed25519Signer(Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]));

type Witness = { readonly key: CosignerKey; readonly sign: SignEd25519 };
const newWitness = (name: string): Witness => {
  const { publicKey, sign } = generateEd25519();
  return { key: makeCosignerKey(sha256, name, publicKey), sign };
};
const noteBy = async (...witnesses: readonly Witness[]): Promise<string> =>
  formatNote({
    text,
    signatures: await Promise.all(witnesses.map(({ key, sign }) => cosign(text, key, timestamp, sign))),
  });

describe('cosignatures', () => {
  it('are those of another implementation, byte for byte', async () => {
    const key = parseCosignerKey(sha256, vkey);
    assert.equal(formatCosignerKey(key), vkey);
    assert.equal(formatSignature(await cosign(text, key, timestamp, signer)), line);
    assert.deepEqual(await openCosignatures(`${text}\n${line}\n`, [key], verifyEd25519), [{ key, timestamp }]);
  });

  it('are refused when any bit of text, time or signature is another', async () => {
    const key = parseCosignerKey(sha256, vkey);
    const signature = await cosign(text, key, timestamp, signer);
    for (let bit = 0; bit < signature.signature.length * 8; bit += 1) {
      const bytes = Uint8Array.from(signature.signature, (byte, at) =>
        at === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte,
      );
      const note = formatNote({ text, signatures: [{ ...signature, signature: bytes }] });
      await assert.rejects(openCosignatures(note, [key], verifyEd25519), is('mismatch'), String(bit));
    }
    const elsewhere = formatNote({ text: text.replace('3', '4'), signatures: [signature] });
    await assert.rejects(openCosignatures(elsewhere, [key], verifyEd25519), is('mismatch'));
    const short = formatNote({ text, signatures: [{ ...signature, signature: signature.signature.subarray(8) }] });
    await assert.rejects(openCosignatures(short, [key], verifyEd25519), is('mismatch'));
  });

  it('count each key once, whatever its name, and none that is unknown', async () => {
    const [a, b, stranger] = [newWitness('w.example/a'), newWitness('w.example/b'), newWitness('w.example/a')];
    const alias: Witness = { key: makeCosignerKey(sha256, 'w.example/alias', a.key.publicKey), sign: a.sign };
    const count = async (note: string, ...known: readonly Witness[]): Promise<number> =>
      (
        await openCosignatures(
          note,
          known.map(({ key }) => key),
          verifyEd25519,
        )
      ).length;
    assert.equal(await count(await noteBy(a, b, stranger), a, b), 2);
    assert.equal(await count(await noteBy(a, a), a, a), 1);
    assert.equal(await count(await noteBy(a, alias), a, alias), 1);
    assert.equal(await count(await noteBy(stranger), a, b), 0);
  });

  it('have to be of as many known witnesses as the policy says', async () => {
    const [a, b, c] = [newWitness('w.example/a'), newWitness('w.example/b'), newWitness('w.example/c')];
    const policy = (threshold: number, ...known: readonly Witness[]) => ({
      witnesses: known.map(({ key }) => key),
      threshold,
    });
    const note = await noteBy(a, b);
    assert.equal((await requireCosignatures(note, policy(2, a, b, c), verifyEd25519)).length, 2);
    await assert.rejects(requireCosignatures(note, policy(3, a, b, c), verifyEd25519), is('mismatch'));
    await assert.rejects(requireCosignatures(await noteBy(a, a), policy(2, a, b), verifyEd25519), is('mismatch'));
    for (const wrong of [policy(0, a), policy(2, a), policy(2, a, a), policy(1), policy(0.5, a), policy(-1, a)])
      await assert.rejects(
        requireCosignatures(note, wrong, verifyEd25519),
        is('size'),
        JSON.stringify(wrong.threshold),
      );
  });

  it('are added to a note that has none of that key, while they fit', async () => {
    const [a, b] = [newWitness('w.example/a'), newWitness('w.example/b')];
    const lineOf = async ({ key, sign }: Witness, at: number): Promise<string> =>
      formatSignature(await cosign(text, key, at, sign));
    const note = await noteBy(a);
    const lines = [await lineOf(a, 5), await lineOf(b, 5), await lineOf(b, 6)];
    const added = withSignatures(note, lines, 8192);
    assert.equal(added, `${note}${lines[1]}\n`);
    assert.equal(withSignatures(note, lines, added.length), added);
    assert.equal(withSignatures(note, lines, added.length - 1), note);
    assert.throws(() => withSignatures(note, ['no line'], 8192), is('malformed'));
    assert.throws(() => withSignatures(note, [`${lines[1]}\n— x AAAAAAA=`], 8192), is('malformed'));
  });

  it('are no signatures of a log, nor the other way', async () => {
    const { publicKey, sign } = generateEd25519();
    const [logKey, key] = [
      makeVerifierKey(sha256, 'a.example', publicKey),
      makeCosignerKey(sha256, 'a.example', publicKey),
    ];
    assert.deepEqual(await openCosignatures(await signNote(text, logKey, sign), [key], verifyEd25519), []);
    assert.throws(() => parseCosignerKey(sha256, vkey.replace('+BN', '+AN')), is('malformed'));
    await assert.rejects(cosign(text, key, 0, sign), is('size'));
  });
});

describe('add-checkpoint', () => {
  const hash = fc.uint8Array({ minLength: 32, maxLength: 32 });

  it('is read as it was written', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.array(hash, { maxLength: 63 }), fc.string(), (oldSize, proof, checkpoint) => {
        const request = { oldSize, proof, checkpoint };
        assert.deepEqual(parseAddCheckpoint(formatAddCheckpoint(request)), request);
      }),
    );
  });

  it('is refused when it is anything else', () => {
    const one = `${Buffer.alloc(32).toString('base64')}\n`;
    for (const body of [
      '',
      'old 1\n',
      'old 01\n\nx',
      'old -1\n\nx',
      'old 1 \n\nx',
      'old 9007199254740992\n\nx',
      'new 1\n\nx',
      'old 1\r\n\r\nx',
      'old 1\nAAAA\n\nx',
      `old 1\n ${one}\nx`,
      `old 1\n${one.repeat(64)}\nx`,
      '\n\nold 1\n\nx',
    ])
      assert.throws(() => parseAddCheckpoint(body), is('malformed'), JSON.stringify(body.slice(0, 40)));
    assert.equal(parseAddCheckpoint(`old 1\n${one.repeat(63)}\nx`).proof.length, 63);
  });

  it('is told the size that the witness has', () => {
    assert.equal(parseWitnessSize('20852014\n'), 20_852_014);
    for (const body of ['', '1', '1\n\n', '01\n', ' 1\n', '1e3\n', '-1\n'])
      assert.throws(() => parseWitnessSize(body), is('malformed'), JSON.stringify(body));
  });
});
