import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Leases } from '@chartseal/ports';
import { systemClock } from '../clock.ts';
import { createLog } from '../http/log.ts';
import { createMetrics } from '../metrics/metrics.ts';
import { startElected } from './elected.ts';

/** One task, one row, time that passes. */
const oneRow = (): Leases & { fails: boolean } => {
  let row: { holder: string; endsMs: number } | undefined;
  return {
    fails: false,
    async hold(_task, holder, ttlMs) {
      if (this.fails) throw new Error('away');
      if (row !== undefined && row.holder !== holder && row.endsMs > performance.now()) return 'elsewhere';
      row = { holder, endsMs: performance.now() + ttlMs };
      return 'held';
    },
    async release(_task, holder) {
      if (row?.holder === holder) row = undefined;
    },
  };
};

const running = new Set<string>();
const elect = (holder: string, leases: Leases): AsyncDisposable =>
  startElected({
    task: 'anchor',
    holder,
    leases,
    clock: { monotonicMs: () => performance.now() },
    log: createLog({ service: 'test', level: 'silent' }),
    metrics: createMetrics({ service: 'test', version: '0', clock: systemClock }),
    ttlMs: 150,
    renewMs: 20,
    work: () => {
      running.add(holder);
      return {
        [Symbol.asyncDispose]: async () => {
          running.delete(holder);
        },
      };
    },
  });

describe('an election', () => {
  it('lets one work, and the next as soon as that one stops in order', async () => {
    const leases = oneRow();
    const first = elect('a', leases);
    await sleep(30);
    const second = elect('b', leases);
    await sleep(200);
    assert.deepEqual([...running], ['a']);
    await first[Symbol.asyncDispose]();
    await sleep(60);
    assert.deepEqual([...running], ['b']);
    await second[Symbol.asyncDispose]();
  });

  it('ends the work of one that cannot renew once its time is over, not before', async () => {
    const leases = oneRow();
    const only = elect('c', leases);
    await sleep(30);
    leases.fails = true;
    await sleep(60);
    assert.deepEqual([...running], ['c']);
    await sleep(250);
    assert.deepEqual([...running], []);
    leases.fails = false;
    await sleep(200);
    assert.deepEqual([...running], ['c']);
    await only[Symbol.asyncDispose]();
  });
});
