/** One fault under write and read load: nothing acknowledged lost, nothing served without a decision, log consistent, recovered by itself. */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { allThere, nothingHalf, type Told } from '../faults/kill-rounds.ts';
import { WriteLoad } from '../faults/write-load.ts';
import { anchoredProof } from '../testing/proof.ts';
import type { Fleet } from './fleet.ts';
import { ReadLoad } from './read-load.ts';

const recoveredWithinMs = 60_000;

/**
 * @param strike does the harm and, where nothing would by itself, ends it
 * @returns what happened, for the report
 */
export const faultRound = async (fleet: Fleet, strike: () => Promise<void>): Promise<string> => {
  const reads = await ReadLoad.prepare(fleet);
  const writes = new WriteLoad(fleet);
  const until = new AbortController();
  const writing = writes.runUntil(until.signal, 3, 20);
  const reading = reads.run(until.signal, 20);
  let recoveredMs: number;
  try {
    await writes.begun;
    await sleep(500);
    await strike();
    const struck = performance.now();
    await recovered(fleet, reads);
    recoveredMs = Math.round(performance.now() - struck);
    await sleep(500);
  } finally {
    until.abort();
  }
  const [observed, seen] = await Promise.all([writing, reading]);
  deepEqual(seen.wrong, []);
  const told: Told = { acknowledged: [], leaves: new Map() };
  await allThere(fleet, observed.acknowledged, told);
  await nothingHalf(fleet, observed);
  const { status, output } = await fleet.fsck();
  equal(status, 0, output);
  return (
    `recovered ${recoveredMs} ms after it ended; ${observed.acknowledged.length} versions acknowledged; ` +
    `${seen.served} reads decided, ${seen.stale} were 503, ${seen.unanswered} had no answer`
  );
};

/** A write is taken and anchored, and another hospital is served. */
const recovered = async (fleet: Fleet, reads: ReadLoad): Promise<void> => {
  const deadline = performance.now() + recoveredWithinMs;
  let last = 'nothing was tried';
  while (performance.now() < deadline) {
    try {
      const { status, headers, text } = await fleet.send('POST', 'Basic', {
        body: '{"resourceType":"Basic","code":{"text":"after"}}',
      });
      last = `a write: ${status} ${text}`;
      if (status === 201) {
        const reference = (headers.get('location') ?? '').split('/').slice(-4).join('/');
        last = 'its proof, then the read of another hospital';
        await anchoredProof(fleet, reference);
        if (await reads.isServed()) return;
      }
    } catch (error) {
      last = String(error);
    }
    await sleep(200);
  }
  ok(false, `not recovered within ${recoveredWithinMs} ms; the last that was tried: ${last}`);
};
