import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, it } from 'node:test';
import { systemClock } from '../clock.ts';
import { createLog } from '../http/log.ts';
import { createMetrics } from '../metrics/metrics.ts';
import { backoffMs } from './backoff.ts';
import { startLoop } from './run-loop.ts';

const metrics = createMetrics({ service: 'test', version: '0', clock: systemClock });
const report = { log: createLog({ service: 'test', level: 'silent' }), metrics };

describe('a background loop', () => {
  it('goes on after a step failed, and at once while there is more to do', async () => {
    const outcomes: (() => Promise<'again' | void>)[] = [
      () => Promise.reject(new Error('no')),
      async () => 'again',
      async () => 'again',
      async () => {},
    ];
    let steps = 0;
    const loop = startLoop({ name: 'test', intervalMs: 10_000, step: async () => outcomes[steps++]?.() }, report);
    await sleep(20);
    assert.equal(steps, 1);
    assert.match(await metrics.text(), /^chartseal_background_failures_total\{loop="test"\} 1$/m);
    await loop[Symbol.asyncDispose]();
    const lively = startLoop({ name: 'test', intervalMs: 10_000, step: async () => outcomes[steps++]?.() }, report);
    await sleep(20);
    assert.equal(steps, 4);
    await lively[Symbol.asyncDispose]();
  });

  it('waits for the step in flight when it is closed, and runs none after', async () => {
    const seen: string[] = [];
    const step = async () => {
      seen.push('begin');
      await sleep(30);
      seen.push('end');
    };
    const loop = startLoop({ name: 'test', intervalMs: 0, step }, report);
    await sleep(5);
    await loop[Symbol.asyncDispose]();
    assert.deepEqual(seen, ['begin', 'end']);
  });

  it('waits twice as long after each failure, up to a limit', () => {
    const waits = [1, 2, 3, 4, 100].map((failures) => backoffMs(failures, { firstMs: 100, mostMs: 500 }));
    assert.deepEqual(waits, [100, 200, 400, 500, 500]);
  });
});
