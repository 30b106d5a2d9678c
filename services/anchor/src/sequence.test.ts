/** Kafka delivers at least once and in order for each key alone: whatever it makes of that, the log is the same. */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, it } from 'node:test';
import type { LogName, ReceivedEvent } from '@chartseal/ports';
import fc from 'fast-check';
import { logNames } from './dependencies.ts';
import { integrate } from './integrate.ts';
import { sequence } from './sequence.ts';
import { announced, openWorld, type World } from './testing/world.ts';

let world: World;
before(async () => {
  world = await openWorld();
});
after(() => world.close());

type Version = { readonly handle: string; readonly versionId: number };

const partitionCount = 3;

/** What a consumer lives through: it gets a piece of some partitions, handles it, and its commit succeeds or is lost. */
const delivery = fc.record({
  pieces: fc.array(fc.record({ partition: fc.nat(partitionCount - 1), size: fc.integer({ min: 1, max: 5 }) }), {
    minLength: 1,
    maxLength: 3,
  }),
  commit: fc.constantFrom('committed', 'lost', 'handled by another writer'),
});

/** How many versions each record has, its log, and which partition its key falls on. */
const record = fc.record({
  versions: fc.integer({ min: 1, max: 4 }),
  log: fc.constantFrom<LogName>(...logNames),
  partition: fc.nat(partitionCount - 1),
});

const sequenced = async (log: LogName): Promise<readonly Version[]> => {
  const size = (await world.logs.head(log))?.treeSize ?? 0;
  const entries = await world.logs.entries(log, 0, size);
  equal(entries.length, size);
  return entries.map(({ handle, versionId }) => ({ handle, versionId }));
};

const commitmentOf = ({ value }: ReceivedEvent): Uint8Array => {
  const { data } = JSON.parse(value) as { data: { commitment: string } };
  return new Uint8Array(Buffer.from(data.commitment, 'base64'));
};

const commitments = new Map<string, Uint8Array>();
const nameOf = ({ handle, versionId }: Version): string => `${handle}/${versionId}`;

it('each version is one leaf, a record’s in order, the old where they were, through redelivery, reordering across keys and a change of writer', async () => {
  const property = fc.asyncProperty(
    fc.array(record, { minLength: 1, maxLength: 6 }),
    fc.array(delivery, { maxLength: 8 }),
    fc.infiniteStream(fc.nat(100)),
    async (records, deliveries, order) => {
      const partitions = Array.from({ length: partitionCount }, (): ReceivedEvent[] => []);
      const versions = records.map(({ versions: count, log, partition }) => {
        const handle = randomUUID();
        return Array.from({ length: count }, (_, at) => ({ handle, versionId: at + 1, log, partition }));
      });
      // Keys interleave in any way; each keeps its order.
      for (let left = versions.filter(({ length }) => length > 0); left.length > 0;) {
        const version = left[(order.next().value ?? 0) % left.length]?.shift();
        ok(version !== undefined);
        const event = announced(version.handle, version.versionId, version.log);
        commitments.set(nameOf(version), commitmentOf(event));
        partitions[version.partition]?.push(event);
        left = left.filter(({ length }) => length > 0);
      }
      const logsBefore = await Promise.all(logNames.map(sequenced));

      let writers = world.writers();
      const committed = partitions.map(() => 0);
      const rest = { pieces: partitions.map((_, partition) => ({ partition, size: 100 })), commit: 'committed' };
      for (const { pieces, commit } of [...deliveries, rest]) {
        if (commit === 'handled by another writer') writers = world.writers();
        const reached = [...committed];
        const batch = pieces.flatMap(({ partition, size }) => {
          const from = reached[partition] ?? 0;
          reached[partition] = from + size;
          return partitions[partition]?.slice(from, from + size) ?? [];
        });
        const known = await Promise.all(logNames.map(sequenced));
        await sequence(world, writers, batch);
        for (const [at, log] of logNames.entries())
          deepEqual((await sequenced(log)).slice(0, known[at]?.length), known[at]);
        if (commit !== 'lost') committed.splice(0, committed.length, ...reached);
      }

      for (const [at, log] of logNames.entries()) {
        const all = await sequenced(log);
        const fresh = all.slice(logsBefore[at]?.length);
        const expected = records.filter((one) => one.log === log).reduce((sum, one) => sum + one.versions, 0);
        equal(fresh.length, expected);
        equal(new Set(all.map(nameOf)).size, all.length);
        for (const ofRecord of Map.groupBy(fresh, ({ handle }) => handle).values())
          deepEqual(
            ofRecord.map(({ versionId }) => versionId),
            ofRecord.map((_, index) => index + 1),
          );
        // The tree is that of these leaves, in this order.
        const leaves = all.map((version) => commitments.get(nameOf(version)) ?? new Uint8Array());
        const empty = { treeSize: 0, state: '' };
        const { head } = await integrate(empty, leaves, () => Promise.resolve(undefined));
        if (all.length > 0) deepEqual(await world.logs.head(log), head);
      }
    },
  );
  await fc.assert(property, { numRuns: 40 });
});
