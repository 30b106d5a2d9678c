import { equal, ok } from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ReplyGuard } from './reply-guard.ts';

const bulk = (bytes: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from(`$${bytes.length}\r\n`), bytes, Buffer.from('\r\n')]);
const reply = fc.oneof(
  fc
    .constantFrom('+OK\r\n', '+PONG\r\n', '$-1\r\n', ':-1\r\n', '-WRONGTYPE wrong kind\r\n')
    .map((text) => Buffer.from(text)),
  fc.uint8Array({ maxLength: 50 }).map(bulk),
);

describe('the guard before the driver', () => {
  it('lets replies through, however they are cut', () =>
    fc.assert(
      fc.property(fc.array(reply), fc.array(fc.nat({ max: 300 })), (replies, cuts) => {
        const all = Buffer.concat(replies);
        const guard = new ReplyGuard(50);
        const at = [0, ...cuts.map((cut) => Math.min(cut, all.length)), all.length].toSorted((a, b) => a - b);
        for (const [index, from] of at.entries()) ok(guard.accepts(all.subarray(from, at[index + 1] ?? all.length)));
        equal(guard.replies, replies.length);
      }),
    ));

  for (const nonsense of [
    '*1\r\n$1\r\na\r\n',
    '>2\r\n+message\r\n+x\r\n',
    '>1\r\n_\r\n',
    '%1\r\n+a\r\n+b\r\n',
    '$51\r\n',
    '$-2\r\n',
    '$99999999999\r\n',
    '$ 1\r\n',
    '+no carriage return\n',
    ':1x\r\n',
    'HTTP/1.1 400 Bad Request\r\n',
    '\u0015\u0003\u0003\u0000\u0002\u0002(',
    `+${'x'.repeat(2000)}`,
  ])
    it(`stops ${JSON.stringify(nonsense.slice(0, 30))}`, () => {
      equal(new ReplyGuard(50).accepts(Buffer.from(nonsense, 'latin1')), false);
      const inPieces = new ReplyGuard(50);
      ok(Buffer.from(nonsense, 'latin1').some((byte) => !inPieces.accepts(Buffer.of(byte))));
    });
});
