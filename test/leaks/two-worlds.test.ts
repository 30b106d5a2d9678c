/**
 * Two stores that differ only in what hospital-b may not read answer it alike, byte by byte and by the clock (C7).
 * `TWO_WORLDS_ROUNDS`: how often each is asked where times are compared.
 */
import { deepEqual, notDeepEqual, ok } from 'node:assert/strict';
import { Agent, request } from 'node:http';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { GatewayProcess } from '../testing/gateway-process.ts';
import { paged, questions, timedPaths } from './two-worlds-questions.ts';
import { compareTimes, mostDifferenceMs, settledTimes, type Ask } from './two-worlds-times.ts';
import { askAsOther, masked, nextPage, openWorlds, type Worlds } from './two-worlds.ts';

const rounds = Number(process.env['TWO_WORLDS_ROUNDS'] ?? 2000);

let worlds: Worlds;
const agent = new Agent({ keepAlive: true });

before(async () => {
  worlds = await openWorlds();
});
after(async () => {
  agent.destroy();
  await worlds[Symbol.asyncDispose]();
});

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

/** The answer’s last byte is here. */
const asking = (world: GatewayProcess, path: string): Ask => {
  const url = new URL(`${world.sandbox.fhirBaseUrl}/${path}`);
  return async () => {
    const authorization = `Bearer ${await world.token('hospital-b', 'TREAT')}`;
    const ended = Promise.withResolvers<void>();
    const sent = request(url, { agent, headers: { authorization } }, (response) => {
      response.resume();
      response.once('end', ended.resolve);
    });
    sent.once('error', ended.reject);
    sent.end();
    await ended.promise;
  };
};

describe(`C7 take as long, by the medians of ${rounds} requests each`, () => {
  for (const path of timedPaths)
    it(`GET ${path}`, async (t) => {
      const [a, b] = [asking(worlds.a, path), asking(worlds.b, path)];
      const { aMs, bMs, differenceMs, hands } = await settledTimes(a, b, rounds);
      t.diagnostic(`${path}: ${aMs.toFixed(2)} and ${bMs.toFixed(2)} ms, ${hands} hands`);
      ok(differenceMs <= mostDifferenceMs, `${aMs} and ${bMs} ms`);
    });

  it('two milliseconds more would be seen', async () => {
    const path = 'Observation/ben-weight';
    const later: Ask = async () => {
      await sleep(2);
      await asking(worlds.b, path)();
    };
    const { differenceMs } = await compareTimes(asking(worlds.a, path), later, { rounds: 400, hands: 4 });
    ok(differenceMs > mostDifferenceMs, String(differenceMs));
  });
});
