import { deepEqual, equal, ok } from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { type Cache, cacheBoundMs, largestCachedValue } from '../cache.ts';

export type CacheFixture = {
  readonly cache: Cache;
  /** The same cache as another process of this gateway has it; undefined where each process has its own. */
  readonly other?: Cache;
  /** One on the same engine whose gateway has another secret. */
  readonly stranger?: Cache;
  /** Empties the engine behind its users' backs. */
  readonly forget?: () => Promise<void>;
  close(): Promise<void>;
};

const longMs = 60_000;
/** Timers of a busy machine come late. */
const slackMs = 100;

export const cacheSuite = (name: string, open: () => Promise<CacheFixture>): void => {
  describe(`Cache: ${name}`, () => {
    let fixture: CacheFixture;
    let cache: Cache;
    before(async () => {
      fixture = await open();
      cache = fixture.cache;
    });
    after(() => fixture.close());
    const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

    it('law 1: answers what was set under that very key, byte for byte', () =>
      fc.assert(
        fc.asyncProperty(fc.string(), fc.uint8Array({ maxLength: 400 }), async (text, value) => {
          const key = `${randomUUID()} ${text}`;
          equal(await cache.get(key), undefined);
          await cache.set(key, value, longMs);
          deepEqual(await cache.get(key), value);
          equal(await cache.get(`${key} `), undefined);
        }),
        { numRuns: 30 },
      ));

    it('law 1: takes the newer value', async () => {
      const key = randomUUID();
      await cache.set(key, bytes('first'), longMs);
      await cache.set(key, bytes('second'), longMs);
      deepEqual(await cache.get(key), bytes('second'));
    });

    it('law 1: keeps a large value whole, and lets go of one that is too large', async () => {
      const [fits, tooLarge] = [randomBytes(largestCachedValue), randomBytes(largestCachedValue + 1)];
      const keys = [randomUUID(), randomUUID()] as const;
      await cache.set(keys[0], fits, longMs);
      await cache.set(keys[1], tooLarge, longMs);
      const answer = await cache.get(keys[0]);
      // It may forget; it may not answer anything else.
      if (answer !== undefined) ok(Buffer.from(answer).equals(fits));
      equal(await cache.get(keys[1]), undefined);
    });

    it('law 3: forgets in time', async () => {
      const key = randomUUID();
      await cache.set(key, bytes('brief'), 80);
      deepEqual(await cache.get(key), bytes('brief'));
      await sleep(150);
      equal(await cache.get(key), undefined);
    });

    it('law 4: serves many at once within the bound, and what it was never told is a miss', async () => {
      const started = performance.now();
      const answers = await Promise.all(Array.from({ length: 100 }, () => cache.get(randomUUID())));
      ok(answers.every((answer) => answer === undefined));
      ok(performance.now() - started < cacheBoundMs + slackMs);
    });

    it('law 6: copies', async () => {
      const key = randomUUID();
      const value = bytes('mine');
      const set = cache.set(key, value, longMs);
      value.fill(0);
      await set;
      const answer = await cache.get(key);
      deepEqual(answer, bytes('mine'));
      answer?.fill(0);
      deepEqual(await cache.get(key), bytes('mine'));
    });

    it('counts', async () => {
      const key = randomUUID();
      const from = cache.stats();
      await cache.get(key);
      await cache.set(key, bytes('x'), longMs);
      await cache.get(key);
      await cache.get(key);
      const { hits, misses, errors } = cache.stats();
      deepEqual([hits - from.hits, misses - from.misses, errors - from.errors], [2, 1, 0]);
    });

    it('is shared by the processes of one gateway', async (context) => {
      const { other } = fixture;
      if (other === undefined) return context.skip('each process has its own');
      const key = randomUUID();
      await cache.set(key, bytes('ours'), longMs);
      deepEqual(await other.get(key), bytes('ours'));
    });

    it('laws 1 and 5: another gateway on the same engine neither sees nor replaces anything', async (context) => {
      const { stranger } = fixture;
      if (stranger === undefined) return context.skip('each process has its own');
      const key = randomUUID();
      await cache.set(key, bytes('ours'), longMs);
      equal(await stranger.get(key), undefined);
      await stranger.set(key, bytes('theirs'), longMs);
      deepEqual(await cache.get(key), bytes('ours'));
    });

    it('law 3: goes on after everything was forgotten', async (context) => {
      if (fixture.forget === undefined) return context.skip('nobody can empty it');
      const key = randomUUID();
      await cache.set(key, bytes('gone'), longMs);
      await fixture.forget();
      equal(await cache.get(key), undefined);
      await cache.set(key, bytes('back'), longMs);
      deepEqual(await cache.get(key), bytes('back'));
    });
  });
};
