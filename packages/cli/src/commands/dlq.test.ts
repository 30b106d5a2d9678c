import { deepEqual, doesNotMatch, equal } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { lineOf } from './dlq.ts';

describe('a line of dlq list', () => {
  const event = { topic: 't', key: 'k', value: '\u001b[2J\u009b2J\u202e\n', headers: { a: 'b' } };
  const letter = { id: 't/0/1', reason: 'not-json', time: '2026-01-01T00:00:00.000Z', event };

  it('shows what a letter is about, its event only when asked', () => {
    const { value: _, headers: _headers, ...rest } = event;
    deepEqual(JSON.parse(lineOf(letter, 'without-values')), {
      id: letter.id,
      reason: letter.reason,
      time: letter.time,
      ...rest,
      bytes: 12,
    });
    equal((JSON.parse(lineOf(letter, 'with-values')) as typeof event).value, event.value);
  });

  it('steers no terminal', () => {
    doesNotMatch(lineOf(letter, 'with-values'), /[\p{Cc}\p{Cf}]/u);
  });
});
