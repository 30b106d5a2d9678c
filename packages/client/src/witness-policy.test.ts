/** k of n witnesses: what a trust file may ask for, and which checkpoints have it. */
import { deepEqual, equal, ok, throws } from 'node:assert/strict';
import { before, it } from 'node:test';
import {
  cosign,
  formatCosignerKey,
  formatSignature,
  makeCosignerKey,
  parseNote,
  parseTlogProof,
  parseVerifierKey,
  type CosignerKey,
  type SignEd25519,
} from '@chartseal/tlog';
import { generateEd25519, sha256 } from '@chartseal/tlog/node';
import { anchoredProof, type AnchoredProof } from './testing/anchored-proof.ts';
import { TrustFileError } from './trust-file-error.ts';
import { parseTrustFile, type TrustFile } from './trust-file.ts';
import { verifyProof } from './verify-proof-node.ts';

type Witness = { readonly key: CosignerKey; readonly vkey: string; readonly sign: SignEd25519 };
const newWitness = (name: string, pair = generateEd25519()): Witness => {
  const key = makeCosignerKey(sha256, name, pair.publicKey);
  return { key, vkey: formatCosignerKey(key), sign: pair.sign };
};
const witnesses = ['b', 'c', 'd'].map((name) => newWitness(`${name}.example/witness`));
const resource =
  '{"active":true,"id":"1","meta":{"lastUpdated":"2026-01-01T00:00:00.000Z","versionId":"1"},"resourceType":"Patient"}';

let anchored: AnchoredProof;
before(async () => {
  anchored = await anchoredProof(resource);
});

const trusting = (threshold: number, keys: readonly string[] = witnesses.map(({ vkey }) => vkey)): TrustFile =>
  parseTrustFile({ ...anchored.trust, witnesses: { threshold, keys } });
const lineBy = async ({ key, sign }: Witness, text: string): Promise<string> =>
  `${formatSignature(await cosign(text, key, 1_800_000_000, sign))}\n`;
/** The proof with cosignatures after what was anchored, of its own checkpoint unless another text is given. */
const cosignedBy = async (by: readonly Witness[], text?: string): Promise<object> => {
  const own = parseNote(parseTlogProof(anchored.proof.proof).checkpoint).text;
  const lines = await Promise.all(by.map((witness) => lineBy(witness, text ?? own)));
  return { ...anchored.proof, proof: `${anchored.proof.proof}${lines.join('')}` };
};

it('takes k distinct witnesses of those that are trusted, and no fewer', async () => {
  const [b, c, d] = witnesses;
  ok(b !== undefined && c !== undefined && d !== undefined);
  const stranger = newWitness('x.example/witness');
  const cases: readonly (readonly [readonly Witness[], number, string | undefined])[] = [
    [[b, c, d], 3, undefined],
    [[b, d], 2, undefined],
    [[d, stranger, b], 2, undefined],
    [[b], 1, undefined],
    [[], 1, '0 of 1'],
    [[b], 2, '1 of 2'],
    [[b, b, b], 2, '1 of 2'],
    [[stranger, b], 2, '1 of 2'],
  ];
  for (const [by, threshold, at] of cases) {
    const verified = await verifyProof(await cosignedBy(by), trusting(threshold));
    const names = by.filter((each) => each !== stranger).map(({ key }) => key.name);
    if (at === undefined && verified.outcome === 'proved') deepEqual(verified.log.witnesses, names.toSorted());
    else deepEqual(verified, { outcome: 'refuted', fault: 'witnesses', at });
    equal((await verifyProof(await cosignedBy(by), anchored.trust)).outcome, 'proved');
  }
});

it('takes no cosignature of another checkpoint, nor one that a log made, nor a name without its key', async () => {
  const [b] = witnesses;
  ok(b !== undefined);
  const text = parseNote(parseTlogProof(anchored.proof.proof).checkpoint).text;
  const elsewhere = await cosignedBy([b], text.replace(/^.*\n/, 'other.example/log\n'));
  deepEqual(await verifyProof(elsewhere, trusting(1)), { outcome: 'refuted', fault: 'witnesses', at: 'signature' });
  const namesake = newWitness(b.key.name);
  deepEqual(await verifyProof(await cosignedBy([namesake]), trusting(1)), {
    outcome: 'refuted',
    fault: 'witnesses',
    at: '0 of 1',
  });
});

it('proves by the receipt what was anchored, with cosignatures after it and nothing before it', async () => {
  const [b] = witnesses;
  ok(b !== undefined);
  const { proof } = anchored.proof;
  const text = parseNote(parseTlogProof(proof).checkpoint).text;
  const split = proof.lastIndexOf('\n\n') + 2;
  const inFront = `${proof.slice(0, split)}${await lineBy(b, text)}${proof.slice(split)}`;
  deepEqual(await verifyProof({ ...anchored.proof, proof: inFront }, trusting(1)), {
    outcome: 'refuted',
    fault: 'receipt',
    at: 'not-written',
  });
});

it('asks for a threshold that can be reached, of keys that are witnesses’ alone and one hospital’s each', () => {
  const [b, c] = witnesses;
  ok(b !== undefined && c !== undefined);
  const keys = [b.vkey, c.vkey];
  const log = anchored.trust.logs[0] ?? '';
  const ofLog = formatCosignerKey(makeCosignerKey(sha256, 'x.example', parseVerifierKey(sha256, log).publicKey));
  const alias = formatCosignerKey(makeCosignerKey(sha256, 'alias.example', b.key.publicKey));
  const cases: readonly (readonly [string, unknown])[] = [
    ['witnesses', 2],
    ['witnesses', null],
    ['witnesses.keys', { threshold: 1 }],
    ['witnesses.keys', { threshold: 1, keys: [] }],
    ['witnesses.keys[1]', { threshold: 1, keys: [b.vkey, 7] }],
    ['witnesses.keys[0]', { threshold: 1, keys: [log] }],
    ['witnesses.keys[1]', { threshold: 1, keys: [b.vkey, ofLog] }],
    ['witnesses.keys[1]', { threshold: 1, keys: [b.vkey, b.vkey] }],
    ['witnesses.keys[2]', { threshold: 2, keys: [...keys, alias] }],
    ['witnesses.threshold', { keys }],
    ['witnesses.threshold', { threshold: 0, keys }],
    ['witnesses.threshold', { threshold: 3, keys }],
    ['witnesses.threshold', { threshold: 1.5, keys }],
    ['witnesses.threshold', { threshold: '1', keys }],
  ];
  for (const [at, value] of cases)
    throws(
      () => parseTrustFile({ ...anchored.trust, witnesses: value }),
      (error) => error instanceof TrustFileError && error.at === at,
      `${at} ${JSON.stringify(value)}`,
    );
  deepEqual(trusting(2, keys).witnesses, { threshold: 2, keys });
});
