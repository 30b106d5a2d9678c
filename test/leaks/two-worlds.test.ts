/** Two stores that differ only in what hospital-b may not read answer it alike, byte by byte (C7). By the clock: test/timing. */
import { deepEqual, notDeepEqual } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { paged, questions } from './two-worlds-questions.ts';
import { askAsOther, masked, nextPage, openWorlds, type Worlds } from './two-worlds.ts';

let worlds: Worlds;

before(async () => {
  worlds = await openWorlds();
});
after(() => worlds[Symbol.asyncDispose]());

describe('two worlds that differ in what is withheld', { concurrency: 8 }, () => {
  it('do differ for the hospital itself', async () => {
    for (const path of ['Observation/ben-weight', 'Patient/ana/$everything', 'Condition?_summary=count']) {
      const [a, b] = await Promise.all(
        [worlds.a, worlds.b].map(async (world) => masked(world, await world.send('GET', path))),
      );
      notDeepEqual(a, b);
    }
  });

  for (const question of questions)
    it(`answer alike: ${question.method} ${question.path} ${JSON.stringify(question.headers ?? {})}`, async () => {
      const { a, b } = worlds;
      const [inA, inB] = await Promise.all([askAsOther(a, question), askAsOther(b, question)]);
      deepEqual(masked(a, inA), masked(b, inB));
    });

  for (const first of paged)
    it(`answer alike, page by page: ${first}`, async () => {
      const { a, b } = worlds;
      let [atA, atB]: readonly (string | undefined)[] = [first, first];
      while (atA !== undefined && atB !== undefined) {
        const [inA, inB] = await Promise.all([
          askAsOther(a, { method: 'GET', path: atA }),
          askAsOther(b, { method: 'GET', path: atB }),
        ]);
        deepEqual(masked(a, inA), masked(b, inB));
        [atA, atB] = [nextPage(inA), nextPage(inB)];
      }
      deepEqual([atA, atB], [undefined, undefined]);
    });
});
