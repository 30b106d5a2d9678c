import { deepEqual, equal } from 'node:assert/strict';
import { it } from 'node:test';
import { cacheSuite } from '@chartseal/ports/suites';
import { openMemoryCache } from './index.ts';

cacheSuite('in process', async () => ({
  cache: openMemoryCache({ maxBytes: 16 * 1024 * 1024 }),
  close: async () => {},
}));

it('lets the least recently used go when it is full', async () => {
  const cache = openMemoryCache({ maxBytes: 3500 });
  const value = new Uint8Array(1000);
  for (const key of ['a', 'b', 'c']) await cache.set(key, value, 1000);
  await cache.get('a');
  await cache.set('d', value, 1000);
  const kept = await Promise.all(['a', 'b', 'c', 'd'].map(async (key) => (await cache.get(key)) !== undefined));
  deepEqual(kept, [true, false, true, true]);
});

it('counts what it lets go only once', async () => {
  let time = 0;
  const cache = openMemoryCache({ maxBytes: 3500, now: () => time });
  for (let round = 0; round < 20; round += 1) {
    await cache.set('a', new Uint8Array(1000), 5);
    time += 10;
    equal(await cache.get('a'), undefined);
    await cache.get('a');
  }
  for (const key of ['a', 'b', 'c']) await cache.set(key, new Uint8Array(1000), 5);
  deepEqual(await cache.get('a'), new Uint8Array(1000));
});
