import { equal } from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Leases } from '../leases.ts';

export type LeasesFixture = { readonly leases: Leases; close(): Promise<void> };

const longMs = 60_000;
const shortMs = 200;

export const leasesSuite = (name: string, open: () => Promise<LeasesFixture>): void => {
  describe(`leases: ${name}`, () => {
    let fixture: LeasesFixture;
    let leases: Leases;
    before(async () => {
      fixture = await open();
      leases = fixture.leases;
    });
    after(() => fixture.close());

    it('law 1: of many that ask at once, one holds', async () => {
      const task = randomUUID();
      const answers = await Promise.all(Array.from({ length: 20 }, (_, at) => leases.hold(task, `p${at}`, longMs)));
      equal(answers.filter((answer) => answer === 'held').length, 1);
    });

    it('laws 1 and 3: whose time is over makes room', async () => {
      const task = randomUUID();
      equal(await leases.hold(task, 'a', shortMs), 'held');
      equal(await leases.hold(task, 'b', longMs), 'elsewhere');
      await sleep(shortMs + 50);
      equal(await leases.hold(task, 'b', longMs), 'held');
      equal(await leases.hold(task, 'a', shortMs), 'elsewhere');
    });

    it('law 2: a holder that holds again keeps it', async () => {
      const task = randomUUID();
      for (let round = 0; round < 4; round += 1) {
        equal(await leases.hold(task, 'a', shortMs), 'held');
        await sleep(shortMs / 2);
        equal(await leases.hold(task, 'b', longMs), 'elsewhere');
      }
    });

    it('law 4: its holder alone frees it', async () => {
      const task = randomUUID();
      await leases.hold(task, 'a', longMs);
      await leases.release(task, 'b');
      equal(await leases.hold(task, 'b', longMs), 'elsewhere');
      await leases.release(task, 'a');
      equal(await leases.hold(task, 'b', longMs), 'held');
    });
  });
};
