/**
 * C2, C3, C8: what another organisation is answered is a function of what it may read. Two stores that differ in nothing but what is
 * hidden give the same answers, whatever is asked and however it is paged.
 */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { labelledQuestions, withheld, worldWithLabelled } from './testing/labelled-records.ts';
import { answersOf, hidden, questions, worldWith } from './testing/woven-records.ts';

it('C2, C3, C8 two stores that differ in what is hidden give the same answers', async () => {
  await fc.assert(
    fc.asyncProperty(hidden, hidden, async (one, another) => {
      const [left, right] = [await worldWith(one), await worldWith(another)];
      for (const question of questions)
        assert.deepEqual(await answersOf(left, question), await answersOf(right, question), question);
    }),
    { numRuns: 8 },
  );
});

it('B10, C3, C8 nor do they tell of the same patient what is labelled', async () => {
  await fc.assert(
    fc.asyncProperty(withheld, withheld, async (one, another) => {
      const [left, right] = [await worldWithLabelled(one), await worldWithLabelled(another)];
      for (const question of labelledQuestions)
        assert.deepEqual(await answersOf(left, question), await answersOf(right, question), question);
    }),
    { numRuns: 8 },
  );
});

it('and they are not all empty', async () => {
  const [some] = fc.sample(hidden, 1);
  const world = await worldWith(some!);
  const answered = await Promise.all(
    questions.map(async (question) => JSON.stringify(await answersOf(world, question))),
  );
  assert.ok(answered.filter((text) => text.includes('"entry"')).length > questions.length / 2);
});
