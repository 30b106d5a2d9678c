import { equal, rejects } from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { isKind } from '@chartseal/ports';
import { lockFile } from './file-lock.ts';

describe('a lock between processes that do not see each other', () => {
  let folder: string;
  let path: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'chartseal-lock-'));
    path = join(folder, 'lock');
  });
  after(() => rm(folder, { recursive: true }));

  it('is held by one at a time, and leaves nothing', async () => {
    const counter = join(folder, 'counter');
    await writeFile(counter, '0');
    await Promise.all(
      Array.from({ length: 20 }, async () => {
        const lock = await lockFile(path);
        const count = Number(await readFile(counter, 'utf8'));
        await sleep(5);
        await lock.requireHeld();
        await writeFile(counter, String(count + 1));
        await lock.release();
      }),
    );
    equal(await readFile(counter, 'utf8'), '20');
    equal((await readdir(folder)).join(), 'counter');
  });

  it('waits for a holder that lives', async () => {
    const holder = await lockFile(path);
    const waiter = lockFile(path);
    equal(await Promise.race([waiter.then(() => 'taken'), sleep(4000, 'waits')]), 'waits');
    await holder.release();
    await (await waiter).release();
  });

  it('is taken over from one that was killed, by one alone; and should it wake up, it learns of that', async () => {
    const killed = 'a process that is gone';
    await writeFile(path, killed);
    const taken: string[] = [];
    await Promise.all(
      ['a', 'b', 'c'].map(async (name) => {
        const lock = await lockFile(path);
        taken.push(name);
        await sleep(10);
        await lock.requireHeld();
        equal(taken.pop(), name);
        await lock.release();
      }),
    );
    const paused = await lockFile(path);
    await writeFile(path, 'another');
    await rejects(paused.requireHeld(), (error) => isKind(error, 'store-unavailable'));
    await paused.release();
    equal(await readFile(path, 'utf8'), 'another');
  });
});
