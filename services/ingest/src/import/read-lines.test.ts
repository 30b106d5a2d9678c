import { deepEqual, equal } from 'node:assert/strict';
import { it } from 'node:test';
import * as fc from 'fast-check';
import { readLines, type Line } from './read-lines.ts';

const chunksOf = async function* (bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
};
const all = async (lines: AsyncIterable<Line>): Promise<readonly Line[]> => {
  const read: Line[] = [];
  for await (const line of lines) read.push(line);
  return read;
};

it('lines are the same however the bytes come, and from wherever an earlier one ended', async () => {
  const line = fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll('\n', ' '));
  await fc.assert(
    fc.asyncProperty(fc.array(line), fc.integer({ min: 1, max: 9 }), fc.boolean(), async (texts, size, ends) => {
      const bytes = Buffer.from(texts.join('\n') + (ends ? '\n' : ''));
      const whole = await all(readLines(chunksOf(bytes, bytes.length + 1), { offset: 0, lines: 0 }));
      const expected = texts.flatMap((text, at) => (text.trim() === '' ? [] : [{ number: at + 1, text }]));
      const bare = (text: string): string => text.replace(/^\ufeff/, '');
      deepEqual(
        whole.map((each) => ({ number: each.number, text: each.kind === 'text' ? each.text : '' })),
        expected.map(({ number, text }) => ({ number, text: bare(text) })),
      );
      deepEqual(await all(readLines(chunksOf(bytes, size), { offset: 0, lines: 0 })), whole);
      for (const [at, { end, number }] of whole.entries()) {
        const rest = chunksOf(bytes.subarray(end), size);
        deepEqual(await all(readLines(rest, { offset: end, lines: number })), whole.slice(at + 1));
      }
    }),
    { numRuns: 200 },
  );
});

it('a line that is too long or no UTF-8 is one line that cannot be read', async () => {
  const bytes = Buffer.concat([Buffer.from(`ab\n${'x'.repeat(11)}\n`), Buffer.of(0xff, 0x0a), Buffer.from('cd')]);
  for (const size of [1, 4, 99]) {
    const lines = await all(readLines(chunksOf(bytes, size), { offset: 0, lines: 0 }, 10));
    deepEqual(
      lines.map(({ kind, number }) => [kind, number]),
      [
        ['text', 1],
        ['unreadable', 2],
        ['unreadable', 3],
        ['text', 4],
      ],
    );
    equal(lines.at(-1)?.end, bytes.length);
  }
});
