import assert from 'node:assert/strict';
import { it } from 'node:test';
import { assert as check, property, uniqueArray, nat } from 'fast-check';
import {
  formatLogStatement,
  includesLeaf,
  makeVerifierKey,
  openLogStatement,
  parseCheckpoint,
  parseLogStatement,
  rangesOf,
  signNote,
  TlogError,
} from './index.ts';
import { generateEd25519, sha256, verifyEd25519 } from './node.ts';

const statement = {
  type: 'chartseal-erasure/v1',
  origin: 'example.com/log',
  facts: { network: 'ab', time: '2026-01-02T00:00:00.000Z' },
  leaves: [
    [0, 0],
    [2, 5],
    [9, 9],
  ] as const,
};

it('is read as it is written, and is no checkpoint', () => {
  const text = formatLogStatement(statement);
  assert.equal(
    text,
    'chartseal-erasure/v1\nexample.com/log\nnetwork ab\ntime 2026-01-02T00:00:00.000Z\nleaves 0,2-5,9\n',
  );
  assert.deepEqual(parseLogStatement(text), statement);
  assert.throws(() => parseCheckpoint(text), TlogError);
});

it('has one spelling', () => {
  const good = formatLogStatement(statement);
  const leaves = [
    'leaves 0-0',
    'leaves 00',
    'leaves 1-0',
    'leaves 0,1',
    'leaves 0-3,4',
    'leaves 3,1',
    'leaves',
    'leaves 0,',
    'leaves 9007199254740992',
  ];
  for (const wrong of leaves)
    assert.throws(() => parseLogStatement(good.replace(/leaves .*/, wrong)), TlogError, wrong);
  for (const wrong of [
    good.slice(0, -1),
    `${good}\n`,
    good.replace('ab\n', 'ab\nnetwork cd\n'),
    good.replace('/v1', ''),
  ])
    assert.throws(() => parseLogStatement(wrong), TlogError, wrong);
  assert.throws(() => formatLogStatement({ ...statement, facts: { network: 'ab\ntime now' } }), TlogError);
});

it('names the leaves that were asked for, and no others', () => {
  check(
    property(uniqueArray(nat(60)), (asked) => {
      const ranges = rangesOf(asked.toSorted((a, b) => a - b));
      for (let leaf = 0; leaf <= 61; leaf += 1) assert.equal(includesLeaf(ranges, leaf), asked.includes(leaf));
    }),
  );
});

it('is believed of the log that signed it', async () => {
  const { publicKey, sign } = generateEd25519();
  const key = makeVerifierKey(sha256, 'example.com/log', publicKey);
  const note = await signNote(formatLogStatement(statement), key, sign);
  assert.deepEqual(await openLogStatement(note, key, verifyEd25519), statement);
  await assert.rejects(openLogStatement(note.replace('9\n', '8\n'), key, verifyEd25519), TlogError);
  const other = makeVerifierKey(sha256, 'example.com/other', publicKey);
  const foreign = await signNote(formatLogStatement(statement), other, sign);
  await assert.rejects(openLogStatement(foreign, other, verifyEd25519), TlogError);
});
