/** Searches of the gateway against a naive evaluator: official FHIRPath over every resource in memory. */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { isMadeProvenance } from '@chartseal/server';
import { GatewayProcess } from '../testing/gateway-process.ts';
import { loadExamples } from './naive/load-examples.ts';
import { answerTo, generateQuery, sortValueOf, type Query } from './naive/query.ts';
import { seeded } from './naive/random.ts';
import { worldOf, type Resource, type World } from './naive/resource.ts';

const queries = Number(process.env['CHARTSEAL_QUERIES'] ?? 200);

type Searchset = {
  readonly entry?: readonly { readonly resource: Resource }[];
  readonly link: readonly { readonly relation: string; readonly url: string }[];
  readonly total?: number;
};

const urlOf = ({ resourceType, criteria, sort }: Query, count: number): string => {
  const words = criteria.map(({ name, value }): [string, string] => [name, value]);
  if (sort !== undefined) words.push(['_sort', `${sort.direction === 'ascending' ? '' : '-'}${sort.parameter.code}`]);
  return `${resourceType}?${String(new URLSearchParams([...words, ['_count', String(count)], ['_total', 'accurate']]))}`;
};

describe('A generated search', () => {
  let gateway: GatewayProcess;
  let world: World;
  before(async () => {
    gateway = await GatewayProcess.start();
    // The gateway tells of every read in an AuditEvent of its own.
    world = worldOf((await loadExamples(gateway)).filter(({ resourceType }) => resourceType !== 'AuditEvent'));
  });
  after(() => gateway[Symbol.asyncDispose]());

  const search = async (url: string): Promise<readonly Resource[]> => {
    const found: Resource[] = [];
    let total: number | undefined;
    for (let next: string | undefined = url; next !== undefined;) {
      const { status, text } = await gateway.send('GET', next);
      equal(status, 200, `${url}: ${text.slice(0, 500)}`);
      const { entry = [], link, ...rest } = JSON.parse(text) as Searchset;
      total ??= rest.total;
      found.push(
        ...entry.map(({ resource }) => resource).filter(({ resourceType }) => resourceType !== 'OperationOutcome'),
      );
      next = link.find(({ relation }) => relation === 'next')?.url;
    }
    equal(total, found.length, `the total of ${url}`);
    return found;
  };

  const inOrder = (found: readonly Resource[], { sort }: Query): void => {
    if (sort === undefined) return;
    const keys = found.map((resource) => sortValueOf(resource, sort));
    const known = keys.filter((key) => key !== undefined);
    const sorted = known.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0));
    deepEqual(known, sort.direction === 'ascending' ? sorted : sorted.toReversed());
    ok(!keys.slice(0, known.length).includes(undefined), 'what has no value comes last');
  };

  for (let seed = 1; seed <= queries; seed += 1)
    it(`finds what the definitions say, in order (${seed})`, async () => {
      const random = seeded(seed);
      const query = generateQuery(world, random);
      const url = urlOf(query, 3 + random.below(40));
      // The Provenances that the gateway makes are not among the examples: services/query/src/provenance.test.ts has them.
      const found = (await search(url)).filter(({ id }) => !isMadeProvenance({ resourceType: query.resourceType, id }));
      deepEqual(
        found.map(({ id }) => id).toSorted(),
        answerTo(query, world)
          .map(({ id }) => id)
          .toSorted(),
        url,
      );
      inOrder(found, query);
    });
});
