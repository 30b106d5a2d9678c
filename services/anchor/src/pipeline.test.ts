/** From event to ledger, whatever breaks between: law 2 (one version, one leaf), DESIGN §3 and §6, Log and Events. */
import { deepEqual, equal, match, notEqual, ok, rejects } from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { isKind, type ErrorKind, type LogStore, type OutgoingEvent } from '@chartseal/ports';
import { anchor } from './anchor.ts';
import { checkpointAnchoredTopic, recordAnchoredTopic } from './anchored-events.ts';
import { publishCheckpoint } from './checkpoint.ts';
import { logNames, type AnchorDependencies } from './dependencies.ts';
import { integrate } from './integrate.ts';
import { startAnchor } from './run.ts';
import { sequence } from './sequence.ts';
import { announced, drained, openWorld, pass, received, topicOf, type World } from './testing/world.ts';
import { writersOf } from './writers.ts';

const failing = (kind: ErrorKind) => (error: unknown) => isKind(error, kind);
const crash = new Error('killed here');
const anchoredIds = (events: readonly OutgoingEvent[]): readonly string[] =>
  events
    .filter(({ topic }) => topic === recordAnchoredTopic)
    .map(({ value }) => (JSON.parse(value) as { id: string }).id)
    .toSorted();

describe('The pipeline', () => {
  let world: World;
  before(async () => {
    world = await openWorld();
  });
  after(() => world.close());
  const sizes = async (): Promise<readonly number[]> =>
    Promise.all(logNames.map(async (log) => (await world.logs.head(log))?.treeSize ?? 0));

  it('gives each version one leaf, anchors both logs in one transaction and tells of each version once', async () => {
    const writers = world.writers();
    const height = await world.ledger.height();
    await pass(world, writers, announced('a'), announced('a', 2), announced('b', 1, 'access'));
    deepEqual(await sizes(), [2, 1]);
    // One to claim each log, once and for all.
    const claims = logNames.length;
    equal(await world.ledger.height(), height + claims + 1);
    const [records, access] = await Promise.all(logNames.map((log) => world.logs.anchored(log)));
    equal(records?.transactionId, access?.transactionId);
    deepEqual([records?.treeSize, access?.treeSize], [2, 1]);
    const events = await drained(world);
    deepEqual(anchoredIds(events), ['a/1/anchored', 'a/2/anchored']);
    equal(events.filter(({ topic }) => topic === checkpointAnchoredTopic).length, 2);
    for (const { topic, value } of events) {
      const event = JSON.parse(value) as { type: string; specversion: string; data: { record?: string } };
      deepEqual([event.type, event.specversion], [topic, '1.0']);
      if (topic === recordAnchoredTopic) match(event.data.record ?? '', /^http:.*\/fhir\/\$record\/[ab]$/);
    }
    await pass(world, writers);
    equal(await world.ledger.height(), height + claims + 1);
    deepEqual(await drained(world), []);
  });

  it('changes nothing on redelivery: the offset was not committed before the crash', async () => {
    const event = announced('c');
    await pass(world, world.writers(), event, event);
    const before = await sizes();
    const checkpoint = await world.logs.checkpoint('records');
    await drained(world);
    await pass(world, world.writers(), event, announced('c'));
    deepEqual(await sizes(), before);
    deepEqual(await world.logs.checkpoint('records'), checkpoint);
    deepEqual(await drained(world), []);
  });

  it('goes on after a crash between append and checkpoint, and between checkpoint and ledger', async () => {
    await sequence(world, world.writers(), [announced('d')]);
    await publishCheckpoint(world, world.writers(), 'records');
    await anchor(world, world.writers());
    equal((await world.logs.anchored('records'))?.treeSize, (await sizes())[0]);
    deepEqual(anchoredIds(await drained(world)), ['d/1/anchored']);
  });

  it('goes on after a crash between the ledger and our note of it, also when the log grew meanwhile', async () => {
    const logs: LogStore = {
      ...world.logs,
      markAnchored: async () => {
        throw crash;
      },
    };
    await rejects(pass({ ...world, logs }, world.writers(), announced('e')), crash);
    const height = await world.ledger.height();
    deepEqual(anchoredIds(await drained(world)), []);
    await pass(world, world.writers(), announced('f'));
    deepEqual(anchoredIds(await drained(world)), ['e/1/anchored', 'f/1/anchored']);
    equal(await world.ledger.height(), height + 1);
  });

  it('sends what is no version to the dead letters, with the reason, and goes on', async () => {
    const topic = topicOf.records;
    const good = announced('g');
    const version = (change: object): string =>
      JSON.stringify({ data: { ...(JSON.parse(good.value) as { data: object }).data, ...change } });
    const poison: readonly (readonly [string, string])[] = [
      ['{', 'not-json'],
      ['null', 'not-a-version'],
      [version({ handle: 'a b' }), 'not-a-version'],
      [version({ handle: '\0' }), 'not-a-version'],
      [version({ versionId: 2 ** 31 }), 'not-a-version'],
      [version({ versionId: 0 }), 'not-a-version'],
      [version({ commitment: 'AAAA' }), 'not-a-version'],
      [version({ log: 'access' }), 'wrong-log'],
    ];
    const [records = 0, access = 0] = await sizes();
    await pass(world, world.writers(), ...poison.map(([value]) => received({ topic, key: 'k', value })), good);
    deepEqual(await sizes(), [records + 1, access]);
    const dead: { data: { reason: string; value: string; topic: string } }[] = [];
    const enough = new AbortController();
    const subscription = { group: 'test', topics: [`${topic}.dlq`] };
    await world.events.subscribe(
      subscription,
      async (batch) => {
        dead.push(...batch.map(({ value }) => JSON.parse(value) as (typeof dead)[number]));
        if (dead.length >= poison.length) enough.abort();
      },
      enough.signal,
    );
    deepEqual(
      dead.map(({ data }) => [data.value, data.reason]),
      poison,
    );
    ok(world.logLines.some((line) => line.includes('dead letters')));
    ok(!world.logLines.some((line) => line.includes('commitment')));
  });

  it('has one writer for each log: the other is fenced, waits, and takes over when events come to it', async () => {
    const [first, second] = [world.writers(), world.writers()];
    await pass(world, first, announced('h'));
    await pass(world, second, announced('i'));
    const [before = 0] = await sizes();
    await rejects(sequence(world, first, [announced('j')]), failing('fenced'));
    deepEqual([first.leads('records'), second.leads('records')], [false, true]);
    await sequence(world, second, [announced('k')]);
    await publishCheckpoint(world, first, 'records');
    await anchor(world, first);
    notEqual((await world.logs.checkpoint('records'))?.treeSize, before + 1);
    await publishCheckpoint(world, second, 'records');
    await sequence(world, first, [announced('j')]);
    deepEqual([await sizes(), first.leads('records')], [[before + 2, (await sizes())[1]], true]);
    await rejects(sequence(world, second, [announced('l')]), failing('fenced'));
    world.later(11_000);
    equal(second.leads('records'), true);
  });

  it('asked by several at once takes one lease', async () => {
    const writers = world.writers();
    await Promise.all([sequence(world, writers, [announced('m')]), sequence(world, writers, [announced('n')])]);
    equal(writers.leads('records'), true);
  });

  it('runs by itself from the outbox to the ledger', async () => {
    await world.events.publish([announced('o')]);
    const running = startAnchor(world, { relayMs: 10, checkpointMs: 20, anchorMs: 20 });
    const until = Date.now() + 5000;
    while (Date.now() < until) {
      const leaf = await world.logs.leafIndex({ handle: 'o', versionId: 1 });
      if (leaf !== undefined && ((await world.logs.anchored('records'))?.treeSize ?? 0) > leaf.leafIndex) break;
      await sleep(20);
    }
    await running[Symbol.asyncDispose]();
    const leaf = await world.logs.leafIndex({ handle: 'o', versionId: 1 });
    ok(leaf !== undefined && ((await world.logs.anchored('records'))?.treeSize ?? 0) > leaf.leafIndex);
  });
});

describe('A store that is not what was anchored', () => {
  let world: World;
  let restored: World;
  before(async () => {
    [world, restored] = await Promise.all([openWorld(), openWorld()]);
    await pass(world, world.writers(), announced('a'), announced('b'), announced('c'));
  });
  after(() => Promise.all([world.close(), restored.close()]));

  /** The old backup's store beside the ledger of today. */
  const revived = (): AnchorDependencies => {
    return { ...restored, ledger: world.ledger, identities: world.identities };
  };

  for (const [name, leaves] of [
    ['behind the ledger', 0],
    ['shorter', 2],
    ['as long, of other leaves', 1],
    ['longer, of other leaves', 1],
  ] as const)
    it(`${name}: stops, and neither writes, signs nor notes anything`, async () => {
      const entries = Array.from({ length: leaves }, () => ({
        handle: randomBytes(8).toString('hex'),
        versionId: 1,
        entry: new Uint8Array(randomBytes(32)),
      }));
      await restored.logs.append(await restored.logs.lease('records'), entries, integrate);
      const size = (await restored.logs.head('records'))?.treeSize;
      const stopped = revived();
      const writers = writersOf(stopped);
      await rejects(sequence(stopped, writers, [announced('x')]), failing('corrupt'));
      if (size !== undefined) await rejects(publishCheckpoint(stopped, writers, 'records'), failing('corrupt'));
      await rejects(anchor(stopped, writers), failing('corrupt'));
      equal((await restored.logs.head('records'))?.treeSize, size);
      equal(await restored.logs.checkpoint('records'), undefined);
      equal(await restored.logs.anchored('records'), undefined);
      deepEqual(await drained(restored), []);
    });
});
