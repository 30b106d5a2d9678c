/** However the records of a query are come by, they are the same, in the same order. */
import { deepEqual, ok } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { IndexEntry, SearchQuery, SortRule } from '@chartseal/fhir';
import type { Draft } from '@chartseal/ports';
import { Database } from '../../database/database.ts';
import { openFixture, servers } from '../../testing/fixture.ts';
import type { Fixture } from '../../testing/fixture.ts';
import { leadsOf } from './leads.ts';
import { countStatement, searchStatement } from './statements.ts';
import type { Way } from './way.ts';

const indexOf = (number: number): readonly IndexEntry[] => [
  { kind: 'token', code: 'code', system: null, value: String(number % 3) },
  { kind: 'token', code: 'code', system: null, value: 'all' },
  { kind: 'string', code: 'name', value: `ada ${number % 4}` },
  { kind: 'string', code: 'name', value: 'ada' },
  { kind: 'date', code: 'date', start: number, end: number + 10 },
  { kind: 'reference', code: 'subject', targetType: 'Patient', targetId: `p${number % 7}` },
  { kind: 'sort', code: 'name', lowest: `ada ${number % 4}`, highest: 'ada' },
];

const draft = (number: number): Draft => ({
  resourceType: 'Patient',
  id: `p${number}`,
  kind: 'content',
  seal: () => ({
    content: '{}',
    commitmentKey: new Uint8Array(32),
    commitment: new Uint8Array(32),
    log: 'records',
    index: indexOf(number),
    patients: [],
    references: [],
    events: [],
  }),
});

const query: SearchQuery = {
  resourceType: 'Patient',
  conditions: [
    {
      kind: 'token',
      code: 'code',
      anyOf: [
        { match: 'value', value: '1' },
        { match: 'value', value: 'all' },
      ],
    },
    { kind: 'string', code: 'name', anyOf: [{ match: 'starts', value: 'ada' }] },
    { kind: 'date', code: 'date', anyOf: [{ prefix: 'gt', start: 20, end: 30 }] },
    {
      kind: 'chain',
      code: 'subject',
      of: [
        {
          resourceType: 'Patient',
          conditions: [{ kind: 'token', code: 'code', anyOf: [{ match: 'value', value: '2' }] }],
        },
      ],
    },
  ],
};

const expected = Array.from({ length: 80 }, (_, number) => number).filter(
  (number) => number + 10 > 30 && (number % 7) % 3 === 2,
);

for (const { name, binaries } of servers)
  describe(`Ways to the records of a query on ${name}`, () => {
    let fixture: Fixture;
    let database: Database;
    before(async () => {
      fixture = await openFixture(binaries);
      const { records } = await fixture.open();
      await records.commit({
        touches: [],
        exclusive: [],
        plan: () => Array.from({ length: 80 }, (_, each) => draft(each)),
      });
      database = new Database(fixture.settings);
    });
    after(async () => {
      await database.close();
      await fixture.close();
    });

    const leads = leadsOf(query);
    const ways: readonly Way[] = [
      { kind: 'walk' },
      ...leads.map((lead): Way => ({ kind: 'gather', lead })),
      ...leads.filter(({ keys }) => keys.length > 0).map((lead): Way => ({ kind: 'terms', lead })),
    ];
    ok(ways.length === 1 + 4 + 1);

    const ids = async (
      way: Way,
      sort: readonly SortRule[],
      limit: number,
      among?: readonly string[],
    ): Promise<readonly string[]> => {
      const planned = among === undefined ? { query, way } : { query, way, among };
      const statement = searchStatement([planned], { sort, after: undefined, limit });
      return (await database.query<{ logical_id: string }>(statement)).map((row) => row.logical_id);
    };

    const among = expected.filter((number) => number % 2 === 0).map((number) => `p${number}`);
    for (const way of [...ways, { kind: 'subjects', among } as const])
      it(`among some Patients: ${way.kind}`, async () => {
        deepEqual(await ids(way, [], 100, among), among);
        deepEqual(await ids(way, [], 3, among), among.slice(0, 3));
        deepEqual(await ids(way, [{ code: '_id', direction: 'ascending' }], 5, among), among.toSorted().slice(0, 5));
      });

    for (const [index, way] of ways.entries())
      it(`${way.kind} ${'lead' in way ? `by ${way.lead.condition.kind}` : ''} (${index})`, async () => {
        const inOrder = expected.map((number) => `p${number}`);
        deepEqual(await ids(way, [], 100), inOrder);
        deepEqual(await ids(way, [], 3), inOrder.slice(0, 3));
        const byName = expected.toSorted((a, b) => (a % 4) - (b % 4) || a - b).map((number) => `p${number}`);
        deepEqual(await ids(way, [{ code: 'name', direction: 'ascending' }], 5), byName.slice(0, 5));
        deepEqual(await database.query(countStatement([{ query, way }])), [{ count: String(expected.length) }]);
      });
  });
