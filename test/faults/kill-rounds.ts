/** DESIGN §2, laws 1 and 2, after kill -9. */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Reachable } from '../testing/caller.ts';
import { each } from '../testing/each.ts';
import { fsck } from '../testing/fsck.ts';
import type { GatewayProcess } from '../testing/gateway-process.ts';
import { proved } from '../testing/proof.ts';
import { countOf, WriteLoad, type Acknowledged, type Observed } from './write-load.ts';

const writers = 8;

/** Rounds unless said otherwise; `.ci/run` asks for ten, and thirty are what a release is tried with by hand. */
export const rounds = Number(process.env['CHARTSEAL_FAULT_ROUNDS'] ?? 2);

/** Everything acknowledged over all rounds, and the leaf of each version. */
export type Told = { readonly acknowledged: Acknowledged[]; readonly leaves: Map<number, string> };

/** Writes, kills at a random moment, restarts on the same data and looks at all that was said. */
export const killRound = async (
  gateway: GatewayProcess,
  kill: (gateway: GatewayProcess) => Promise<void>,
  told: Told,
): Promise<string> => {
  const afterMs = randomInt(1000);
  const load = new WriteLoad(gateway);
  const running = load.run(writers);
  await load.begun;
  await sleep(afterMs);
  await kill(gateway);
  const observed = await running;
  const started = performance.now();
  await gateway.restart();
  const restartMs = Math.round(performance.now() - started);
  // What goes on from the round before has to come to what looks at everything.
  const hasState = existsSync(join(gateway.dataDirectory, 'fsck.json'));
  for (const extent of ['incremental', 'full'] as const) {
    const { status, output } = await fsck(gateway.dataDirectory, gateway.environment, extent);
    equal(status, 0, output);
    equal(output.includes('not looked at again'), extent === 'incremental' && hasState, output);
  }
  await allThere(gateway, observed.acknowledged, told);
  await nothingHalf(gateway, observed);
  told.acknowledged.push(...observed.acknowledged);
  return `killed after ${afterMs} ms, ready again ${restartMs} ms later, ${observed.acknowledged.length} versions acknowledged`;
};

/** Content exactly as sent and as answered, one leaf, a proof that verifies. */
export const allThere = async (
  gateway: Reachable,
  acknowledged: readonly Acknowledged[],
  told: Told,
): Promise<void> => {
  await each(acknowledged, 16, async ({ reference, sent, text }) => {
    await readable(gateway, { reference, sent, text });
    const { verified, content } = await proved(gateway, reference);
    if (text !== undefined) equal(content, text);
    equal(verified.version.state, sent === undefined ? 'deletion' : 'content');
    const { leafIndex } = verified.log;
    // A conditional create is answered with the same version many times.
    equal(told.leaves.get(leafIndex) ?? reference, reference, `leaf ${leafIndex}`);
    told.leaves.set(leafIndex, reference);
  });
  const versions = new Set([...told.acknowledged, ...acknowledged].map(({ reference }) => reference));
  equal(told.leaves.size, versions.size);
};

export const readable = async (gateway: Reachable, { reference, sent, text }: Acknowledged): Promise<void> => {
  const read = await gateway.send('GET', reference);
  equal(read.status, sent === undefined ? 410 : 200, `${reference}: ${read.text}`);
  if (sent === undefined) return;
  if (text !== undefined) equal(read.text, text);
  const { id, meta, ...content } = JSON.parse(read.text) as Record<string, unknown>;
  const { id: _, ...expected } = sent as Record<string, unknown>;
  deepEqual(content, expected);
  equal(`Basic/${String(id)}/_history/${(meta as { versionId: string }).versionId}`, reference);
};

export const nothingHalf = async (gateway: Reachable, { units, conditional }: Observed): Promise<void> => {
  await each(units, 8, async ({ identifier, size, outcome }) => {
    const count = await countOf(gateway, identifier);
    ok(
      count === 0 || (outcome === 'unknown' && count === size),
      `${count} of ${size} are there of what was ${outcome}`,
    );
  });
  await each(conditional, 8, async ([identifier, references]) => {
    ok(references.size <= 1, `one condition, several versions: ${[...references].join(', ')}`);
    const count = await countOf(gateway, identifier);
    ok(count === 1 || (count === 0 && references.size === 0), `${count} records of one condition`);
  });
};
