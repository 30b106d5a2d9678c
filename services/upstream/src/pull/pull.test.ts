import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { isUpstreamError } from '../client/upstream-error.ts';
import { openWorld, type World } from '../testing/world.ts';

describe('The connector', () => {
  let world: World;
  beforeEach(async () => {
    world = await openWorld();
  });
  afterEach(() => world.close());

  const ids = (count: number): readonly string[] => Array.from({ length: count }, (_, at) => `p${at}`);
  const versions = async (...references: readonly string[]) =>
    Promise.all(references.map((each) => world.version(each)));

  it('takes over all there is, to the digit, with relative references and its source', async () => {
    const { upstream } = world;
    for (const id of ids(7)) upstream.put('Patient', id);
    const value = '"valueQuantity":{"value":1.10}';
    const code = '"status":"final","code":{"text":"a"}';
    upstream.put('Observation', 'o', `${code},"subject":{"reference":"${upstream.baseUrl}/Patient/p1"},${value}`);
    await world.pull();
    deepEqual(await versions(...ids(7).map((id) => `Patient/${id}`)), Array(7).fill(1));
    match((await world.text('Observation/o')) ?? '', /"value":1\.10\}/);
    deepEqual((await world.stored('Observation/o'))?.['subject'], { reference: 'Patient/p1' });
    equal(((await world.stored('Patient/p1'))?.['meta'] as { source: string }).source, upstream.baseUrl);
  });

  it('then takes over what was changed, and makes no version of what was not', async () => {
    const { upstream } = world;
    for (const id of ids(5)) upstream.put('Patient', id);
    await world.pull();
    upstream.put('Patient', 'p1', '"active":false');
    upstream.put('Patient', 'p2');
    upstream.put('Patient', 'new');
    const before = upstream.asked.length;
    await world.pull();
    deepEqual(await versions('Patient/p0', 'Patient/p1', 'Patient/p2', 'Patient/new'), [1, 2, 1, 1]);
    const [first] = upstream.asked.slice(before).filter((url) => url.startsWith('Patient?'));
    match(first ?? '', /_sort=_lastUpdated&_lastUpdated=ge2026-01-01T00:00:0\d/);
  });
});
