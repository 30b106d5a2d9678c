import { deepEqual } from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { type TemporaryPostgres, temporaryPostgres } from '@chartseal/embedded/testing';
import fc from 'fast-check';
import { openWorld, type World } from '../testing/world.ts';

let postgres: TemporaryPostgres;
before(async () => {
  postgres = await temporaryPostgres();
});
after(() => postgres.close());

/** What happens while the upstream is asked for the `at`th time. */
type Event = { readonly at: number; readonly what: 'put' | 'remove' | 'kill'; readonly patient: number };

const patients = Array.from({ length: 12 }, (_, at) => `p${at}`);

/** Rounds of ever new processes, until nothing happens any more. */
const follow = async (world: World, events: readonly Event[]): Promise<void> => {
  let killed = new AbortController();
  const { asked, records } = world.upstream;
  world.upstream.before = () => {
    for (const { what, patient } of events.filter(({ at }) => at === asked.length))
      if (what === 'kill') killed.abort();
      else if (what === 'put') records.put('Patient', `p${patient}`, `"multipleBirthInteger":${asked.length}`);
      else if (records.newest('Patient').some(({ id, text }) => id === `p${patient}` && text !== undefined))
        records.remove('Patient', `p${patient}`);
    return false;
  };
  while (asked.length < Math.max(0, ...events.map(({ at }) => at))) {
    killed = new AbortController();
    await world
      .puller()
      .round(killed.signal)
      .catch((error: unknown) => {
        if (!killed.signal.aborted) throw error;
      });
  }
  world.upstream.before = () => false;
  await world.pull();
};

const contents = (world: World) =>
  Promise.all(
    patients.map(async (id) => {
      const { meta: _, ...content } = (await world.stored(`Patient/${id}`)) ?? {};
      return content;
    }),
  );

const upstreamContents = ({ upstream }: World) =>
  patients.map((id) => {
    const text = upstream.records.newest('Patient').find((version) => version.id === id)?.text ?? '{}';
    const { meta: _, ...content } = JSON.parse(text) as Record<string, unknown>;
    return content;
  });

const event = (what: fc.Arbitrary<Event['what']>): fc.Arbitrary<Event> =>
  fc.record({ at: fc.integer({ min: 1, max: 20 }), what, patient: fc.integer({ min: 0, max: 11 }) });

const holds = async (options: {
  readonly what: readonly Event['what'][];
  readonly sorting: readonly World['upstream']['sorting'][];
  readonly tickMs: readonly number[];
}): Promise<void> => {
  const { what, sorting, tickMs } = options;
  const events = fc.array(event(fc.constantFrom(...what)), { maxLength: 10 });
  const property = fc.asyncProperty(
    fc.integer({ min: 0, max: 12 }),
    fc.constantFrom(...sorting),
    fc.constantFrom(...tickMs),
    events,
    async (count, order, tick, happening) => {
      const world = await openWorld(postgres);
      try {
        Object.assign(world.upstream, { sorting: order });
        world.upstream.records.tickMs = tick;
        for (const id of patients.slice(0, count).toReversed()) world.upstream.records.put('Patient', id);
        await follow(world, happening);
        deepEqual(await contents(world), upstreamContents(world));
        deepEqual(await world.refusals(), {});
      } finally {
        await world.close();
      }
    },
  );
  await fc.assert(property, { numRuns: 25 });
};

it('what is here is what is there, whatever was changed, deleted or killed while it was read', () =>
  holds({ what: ['put', 'remove', 'kill'], sorting: ['sorts'], tickMs: [1000, 1700] }));

it('also where much was written in one moment, or nothing is sorted, and it was killed', () =>
  holds({ what: ['kill'], sorting: ['sorts', 'sorts by the second', 'ignores', 'refuses'], tickMs: [0, 170, 1000] }));
