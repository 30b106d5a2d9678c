/** The public log over HTTP: https://c2sp.org/tlog-tiles */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { openMemoryCache } from '@chartseal/embedded';
import { createBase, createLog, createMetrics, systemClock } from '@chartseal/server';
import request, { type Response } from 'supertest';
import { publishCheckpoint } from './checkpoint.ts';
import { createLogRouter } from './routes/log.ts';
import { sequence } from './sequence.ts';
import { announced, openWorld, type World } from './testing/world.ts';
import type { Writers } from './writers.ts';

describe('/log/records', () => {
  const cache = openMemoryCache({ maxBytes: 1024 * 1024 });
  let world: World;
  let writers: Writers;
  let get: (path: string) => Promise<Response>;
  before(async () => {
    world = await openWorld();
    writers = world.writers();
    const app = createBase({
      log: createLog({ service: 'anchor', level: 'fatal' }),
      metrics: createMetrics({ service: 'anchor', version: '0', clock: systemClock }),
      ready: [],
      mount: (base) => void base.use('/log/records', createLogRouter({ ...world, cache, origin: 'test' }, 'records')),
    });
    get = async (path) =>
      request(app)
        .get(`/log/records/${path}`)
        .buffer(true)
        .parse((res, done) => {
          const chunks: Buffer[] = [];
          res.on('data', (chunk: Buffer) => chunks.push(chunk));
          res.on('end', () => done(null, Buffer.concat(chunks)));
        });
  });
  after(() => world.close());
  const grow = (from: number, to: number): Promise<void> =>
    sequence(
      world,
      writers,
      Array.from({ length: to - from }, (_, at) => announced(`r${from + at}`)),
    );
  const bytesOf = ({ body }: Response): Buffer => body as Buffer;

  it('has nothing before the first checkpoint, whatever is integrated', async () => {
    equal((await get('checkpoint')).status, 404);
    await grow(0, 3);
    for (const path of ['checkpoint', 'tile/0/000.p/3', 'tile/entries/000.p/3'])
      equal((await get(path)).status, 404, path);
  });

  it('serves the checkpoint as text that is asked for again, and partial tiles as wide as it covers', async () => {
    await publishCheckpoint(world, writers, 'records');
    await grow(3, 5);
    const checkpoint = await get('checkpoint');
    match(checkpoint.headers['content-type'] as string, /^text\/plain; charset=utf-8$/);
    equal(checkpoint.headers['cache-control'], 'no-cache');
    match(bytesOf(checkpoint).toString(), /^test\.example\/hospital-a\/records\n3\n/);
    const hashes = await get('tile/0/000.p/3');
    equal(hashes.headers['content-type'], 'application/octet-stream');
    ok((hashes.headers['cache-control'] as string).includes('immutable'));
    equal(bytesOf(hashes).length, 3 * 32);
    equal(bytesOf(await get('tile/entries/000.p/3')).length, 3 * 34);
    deepEqual(bytesOf(await get('tile/0/000.p/2')), bytesOf(hashes).subarray(0, 64));
  });

  it('has no tile that no checkpoint covers, and no other spelling of one', async () => {
    for (const path of [
      'tile/0/000.p/4',
      'tile/entries/000.p/5',
      'tile/0/000',
      'tile/1/000.p/1',
      'tile/0/001.p/1',
      'tile/00/000.p/3',
      'tile/0/000.p/03',
      'tile/0/000.p/0',
      'tile/0/000.p/256',
      'tile/0/0',
      'tile/64/000.p/1',
      'tile/-1/000.p/1',
      'tile/0/%30%30%30.p/3',
      'tile/0',
      'nothing',
    ])
      equal((await get(path)).status, 404, path);
  });

  it('keeps a partial tile when the full one has come', async () => {
    const before = bytesOf(await get('tile/0/000.p/3'));
    await grow(5, 300);
    await publishCheckpoint(world, writers, 'records');
    deepEqual(bytesOf(await get('tile/0/000.p/3')), before);
    equal(bytesOf(await get('tile/0/000')).length, 256 * 32);
    equal(bytesOf(await get('tile/0/001.p/44')).length, 44 * 32);
    equal(bytesOf(await get('tile/1/000.p/1')).length, 32);
    equal((await get('tile/0/001.p/45')).status, 404);
  });

  it('asks the store once for a full tile, and does without the cache when that forgets', async () => {
    const from = cache.stats();
    for (const path of ['tile/0/000', 'tile/entries/000', 'tile/0/001.p/44'])
      deepEqual(bytesOf(await get(path)), bytesOf(await get(path)));
    const { hits, misses } = cache.stats();
    deepEqual([hits - from.hits, misses - from.misses], [3, 1]);
  });
});
