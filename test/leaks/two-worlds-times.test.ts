/** That the comparison of times sees what it is for. */
import { ok } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { mostDifferenceMs, settledTimes, type Ask } from './two-worlds-times.ts';

/** Takes as long as a request does on a machine that others use too: mostly about the same, at times far longer. */
const work = (moreMs: number): Ask => {
  let asked = 0;
  return async () => {
    asked += 1;
    await sleep(6 + moreMs + (asked % 7 === 0 ? 20 : asked % 3));
  };
};
const rounds = 150;

describe('C7 the comparison of times', () => {
  it('sees two milliseconds, whichever world takes them', async () => {
    for (const [a, b] of [[0, 2] as const, [2, 0] as const]) {
      const { differenceMs } = await settledTimes(work(a), work(b), rounds);
      ok(differenceMs > mostDifferenceMs, String(differenceMs));
    }
  });

  it('finds no difference where there is none', async () => {
    const { differenceMs } = await settledTimes(work(0), work(0), rounds);
    ok(differenceMs <= mostDifferenceMs, String(differenceMs));
  });
});
