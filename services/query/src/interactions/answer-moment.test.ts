import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { answerMoment, momentAfter } from './answer-moment.ts';
import type { Interaction } from './interaction.ts';

const read: Interaction = { kind: 'read', resourceType: 'Observation', id: 'x', form: 'fhir', parameters: [] };
const everything: Interaction = { kind: 'everything', id: 'x', parameters: [], handling: 'strict' };

describe('when an answer leaves (C7)', () => {
  it('has few moments: each of twice the time, from a second on a second apart', () => {
    const moments = [0, 24.9, 25, 25.1, 51, 101, 900, 1601, 2601, 9000].map((elapsed) => momentAfter(elapsed, 25));
    assert.deepEqual(moments, [25, 25, 25, 50, 100, 200, 1600, 2600, 3600, 9600]);
  });

  it('never is past, and is never further off than what it took or a second', () => {
    const first = fc.integer({ min: 1, max: 1000 });
    fc.assert(
      fc.property(fc.double({ min: 0, max: 60_000, noNaN: true }), first, (elapsed, firstMs) => {
        const moment = momentAfter(elapsed, firstMs);
        assert.ok(moment >= elapsed);
        assert.ok(moment - elapsed <= Math.max(firstMs, Math.min(elapsed, Math.max(1000, firstMs))));
      }),
    );
  });

  it('is the same for what took no time and for what took some', async () => {
    for (const interaction of [read, everything]) {
      const left = await Promise.all(
        [0, 3].map(async (workMs) => {
          let now = 5;
          // Time passes only while somebody looks at it.
          const clock = { wallMs: () => 0, monotonicMs: () => (now += 0.5) };
          const moment = answerMoment(clock, 6, interaction);
          now += workMs;
          await moment.reached();
          return Math.floor(now);
        }),
      );
      assert.equal(left[0], left[1]);
    }
  });
});
