import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import request, { type Response } from 'supertest';
import { get, observation, twoPatients, type Case } from './testing/two-patients.ts';
import { createWorld, fhirBaseUrl, type World } from './testing/world.ts';

const asOwn = { 'x-test-client': 'own' };
type Entry = {
  readonly resource?: { readonly resourceType: string; readonly id: string; readonly [member: string]: unknown };
  readonly search: { readonly mode: string; readonly score: number; readonly extension: { valueCode: string }[] };
  readonly response: { readonly status: string; readonly etag: string };
  readonly fullUrl: string;
};
const entries = ({ body }: Response): readonly Entry[] => (body.entry ?? []) as Entry[];
const ids = (response: Response): readonly string[] => entries(response).map(({ resource }) => resource?.id ?? '');
const own = async (world: World, path: string): Promise<Response> => get(world, path, 'own');
const post = async ({ app }: World, path: string, body: object, client = 'own'): Promise<Response> =>
  request(app)
    .post(`/fhir/${path}`)
    .set('x-test-client', client)
    .set('content-type', 'application/fhir+json')
    .send(JSON.stringify(body));

/** Every page, by its links. */
const pages = async (world: World, first: string, client = 'own'): Promise<readonly Entry[]> => {
  const found: Entry[] = [];
  for (let url: string | undefined = first; url !== undefined;) {
    const response = await get(world, url, client);
    assert.equal(response.status, 200, response.text);
    found.push(...entries(response));
    const links = response.body.link as { relation: string; url: string }[];
    url = links.find(({ relation }) => relation === 'next')?.url.slice(fhirBaseUrl.length + 1);
  }
  return found;
};

describe('histories', () => {
  /** Versions of several records, the time between them told apart. */
  const changing = async (): Promise<Case & { readonly times: readonly string[] }> => {
    const world = await twoPatients();
    const times: string[] = [];
    for (const patient of ['yes', 'no', 'yes']) {
      world.later(1000);
      times.push(new Date(world.deps.clock.wallMs()).toISOString());
      await world.put(observation(`o-${patient}`, patient));
    }
    world.later(1000);
    await world.remove({ resourceType: 'Observation', id: 'o-no' });
    return { ...world, times };
  };
  const told = (found: readonly Entry[]): readonly string[] =>
    found.map(({ fullUrl, response }) => `${fullUrl.slice(fhirBaseUrl.length + 1)} ${response.status}`);

  it('tells of a type and of the system, the newest first, page by page, deletions without a resource', async () => {
    const world = await changing();
    const all = ['Observation/o-no 204', 'Observation/o-yes 200', 'Observation/o-no 201', 'Observation/o-yes 201'];
    assert.deepEqual(told(await pages(world, 'Observation/_history?_count=1')), all);
    assert.deepEqual(told(await pages(world, '_history?_count=2')), [...all, 'Patient/no 201', 'Patient/yes 201']);
    const [first] = await pages(world, 'Observation/_history');
    assert.equal(first?.resource, undefined);
  });

  it('of another organisation leaves out each version that it may not see, and says of nothing how much', async () => {
    const world = await changing();
    const seen = ['Observation/o-yes 200', 'Observation/o-yes 201'];
    assert.deepEqual(told(await pages(world, 'Observation/_history?_count=1', 'other')), seen);
    assert.deepEqual(told(await pages(world, '_history?_count=1', 'other')), [...seen, 'Patient/yes 201']);
    const { text } = await get(world, '_history');
    assert.ok(!text.includes('"total"') && !text.includes('o-no'));
    await world.granting.revoke(world.consentId, 'committed');
    assert.deepEqual(told(await pages(world, '_history', 'other')), []);
  });

  it('narrows by _since and _at', async () => {
    const world = await changing();
    const [first = '', second = '', third = ''] = world.times;
    const rows: readonly (readonly [string, readonly string[]])[] = [
      [
        `Observation/_history?_since=${second}`,
        ['Observation/o-no 204', 'Observation/o-yes 200', 'Observation/o-no 201'],
      ],
      [`Observation/o-yes/_history?_since=${second}`, ['Observation/o-yes 200']],
      [`Observation/o-yes/_history?_at=${second}&_count=1`, ['Observation/o-yes 201']],
      [`Observation/o-yes/_history?_at=2025`, []],
      [`Observation/_history?_at=${third}`, ['Observation/o-no 201', 'Observation/o-yes 201']],
      [`Observation/_history?_since=${first}&_at=${second}`, ['Observation/o-yes 201']],
    ];
    for (const [path, expected] of rows) assert.deepEqual(told(await pages(world, path)), expected, path);
    for (const path of ['Observation/_history?_since=yesterday', 'Observation/_history?code=x', '_history?_at=2020-13'])
      assert.equal((await own(world, path)).status, 400, path);
  });
});

describe('conditional reads', () => {
  it('answers 304 by ETag or date, and only for what may be read', async () => {
    const { app, put } = createWorld();
    await put(observation('o', 'p'));
    const read = async (headers: object): Promise<number> =>
      (
        await request(app)
          .get('/fhir/Observation/o')
          .set({ ...asOwn, ...headers })
      ).status;
    assert.equal(await read({ 'if-none-match': 'W/"1"' }), 304);
    assert.equal(await read({ 'if-none-match': '"1"' }), 304);
    assert.equal(await read({ 'if-none-match': 'W/"2"' }), 200);
    assert.equal(await read({ 'if-modified-since': 'Fri, 01 Jan 2100 00:00:00 GMT' }), 304);
    assert.equal(await read({ 'if-modified-since': 'Sat, 01 Jan 2000 00:00:00 GMT' }), 200);
    assert.equal(await read({ 'if-modified-since': 'yesterday' }), 200);
    const both = { 'if-none-match': 'W/"2"', 'if-modified-since': 'Fri, 01 Jan 2100 00:00:00 GMT' };
    assert.equal(await read(both), 200);
    const head = await request(app).head('/fhir/Observation/o').set(asOwn);
    assert.deepEqual([head.status, head.headers.etag], [200, 'W/"1"']);
    assert.ok(Number(head.headers['content-length']) > 100);
  });

  it('shows a part of a resource', async () => {
    const { app, put } = createWorld();
    await put(
      '{"resourceType":"Observation","id":"o","status":"final","code":{"text":"x"},"valueQuantity":{"value":1.10},"note":[{"text":"n"}]}',
    );
    const { text } = await request(app).get('/fhir/Observation/o?_elements=value&_pretty=true').set(asOwn);
    assert.match(text, /"value":1\.10/);
    assert.ok(!text.includes('note') && text.includes('SUBSETTED'));
    assert.equal((await request(app).get('/fhir/Observation/o?_summary=none').set(asOwn)).status, 400);
  });
});

describe('searches', () => {
  it('are answered in order, in pages, with what they include, and say what was ignored', async () => {
    const world = await twoPatients();
    for (const [id, date] of [
      ['a', '2020'],
      ['b', '2022'],
      ['c', '2021'],
    ] as const)
      await world.put(observation(id, 'yes', { effectiveDateTime: date }));
    const found = await pages(world, 'Observation?_sort=-date&_count=2&_include=Observation:subject');
    assert.deepEqual(
      found.map(({ resource, search }) => `${search.mode} ${resource?.id}`),
      ['match b', 'match c', 'include yes', 'match a', 'include yes'],
    );
    const { body } = await request(world.app)
      .get('/fhir/Observation?shoe-size=44&_id=a')
      .set({ ...asOwn, prefer: 'handling=lenient' });
    assert.equal(body.link[0].url, `${fhirBaseUrl}/Observation?_id=a`);
    const [match, outcome] = body.entry as Entry[];
    assert.deepEqual([match?.search.mode, outcome?.search.mode], ['match', 'outcome']);
    assert.ok(JSON.stringify(outcome).includes('shoe-size'));
    assert.equal((await own(world, 'Observation?_summary=text&_include=Observation:subject')).status, 400);
  });

  it('say so where more is referenced than one page includes', async () => {
    const { put, app } = createWorld();
    await put({ resourceType: 'Patient', id: 'p' });
    for (let index = 0; index < 1001; index += 1) await put(observation(`o${index}`, 'p'));
    const { body } = await request(app).get('/fhir/Patient?_revinclude=Observation:subject').set(asOwn);
    const modes = (body.entry as Entry[]).map(({ search }) => search.mode);
    assert.deepEqual([modes.filter((mode) => mode === 'include').length, modes.at(-1)], [1000, 'outcome']);
    assert.equal(body.entry.at(-1).resource.issue[0].code, 'too-costly');
  });

  it('are posted at each level', async () => {
    const world = await twoPatients();
    await world.put(observation('a', 'yes'));
    const search = async (path: string, form: string): Promise<readonly string[]> =>
      ids(await request(world.app).post(`/fhir/${path}`).set(asOwn).type('form').send(form)).toSorted();
    assert.deepEqual(await search('_search?_type=Patient,Observation', '_id=a,yes'), ['a', 'yes']);
    assert.deepEqual(await search('Patient/yes/Observation/_search', 'status=final'), ['a']);
    assert.deepEqual(await search('Patient/yes/*/_search', ''), ['a', 'yes']);
    assert.deepEqual(await search('Patient/yes/*/_search', '_type=Substance'), []);
    for (const path of ['Substance/1/Observation', 'Patient/yes/Substance', 'Patient/yes/Nonsense', '?_type=Nonsense'])
      assert.ok([400, 404].includes((await own(world, path)).status), path);
  });
});

describe('operations', () => {
  it('$everything narrows by type and time, by GET and by POST, of one and of all', async () => {
    const world = await twoPatients();
    await world.put(observation('early', 'yes'));
    world.later(1000);
    const since = new Date(world.deps.clock.wallMs()).toISOString();
    await world.put(observation('late', 'yes'));
    await world.put(observation('other', 'no'));
    assert.deepEqual(ids(await own(world, `Patient/yes/$everything?_since=${since}`)), ['late']);
    assert.deepEqual(ids(await own(world, 'Patient/yes/$everything?_type=Patient')), ['yes']);
    assert.deepEqual(ids(await own(world, 'Patient/yes/$everything?_type=Condition')), []);
    assert.equal((await own(world, 'Patient/never/$everything?_type=Condition')).status, 404);
    await world.put(observation('old', 'no', { effectiveDateTime: '2001-05' }));
    assert.deepEqual(ids(await own(world, 'Patient/no/$everything?start=2002')), ['no', 'other']);
    assert.deepEqual(ids(await own(world, 'Patient/no/$everything?start=2001-05-31&end=2001')), ['no', 'other', 'old']);
    assert.deepEqual(ids(await own(world, 'Patient/no/$everything?end=2001-03')), ['no', 'other']);
    const parameter = [{ name: '_type', valueString: 'Observation' }];
    const posted = await post(world, 'Patient/yes/$everything', { resourceType: 'Parameters', parameter }, 'other');
    assert.deepEqual(ids(posted), ['early', 'late']);
    const all = (await pages(world, 'Patient/$everything?_count=2')).map(({ resource }) => resource?.id ?? '');
    assert.deepEqual(all.toSorted(), ['early', 'late', 'no', 'old', 'other', 'yes']);
    assert.equal((await own(world, 'Patient/yes/$everything?nonsense=1')).status, 400);
  });

  it('$meta tells of one resource, a type and the system', async () => {
    const world = await twoPatients();
    const tag = (code: string) => ({ system: 'urn:t', code });
    await world.put(observation('a', 'yes', { meta: { tag: [tag('x')], profile: ['urn:p'] } }));
    await world.put(observation('b', 'no', { meta: { tag: [tag('x'), tag('y')] } }));
    await world.put({ resourceType: 'Patient', id: 'no', meta: { security: [tag('z')] } });
    const meta = async (path: string, client = 'own') => (await get(world, path, client)).body.parameter?.[0].valueMeta;
    assert.deepEqual((await meta('Observation/a/$meta', 'other')).tag, [tag('x')]);
    assert.equal((await get(world, 'Observation/b/$meta')).status, 404);
    assert.deepEqual(await meta('Observation/$meta'), { profile: ['urn:p'], tag: [tag('x'), tag('y')] });
    assert.deepEqual(await meta('$meta'), { profile: ['urn:p'], security: [tag('z')], tag: [tag('x'), tag('y')] });
    const posted = await post(world, 'Observation/a/$meta', { resourceType: 'Parameters' });
    assert.equal(posted.body.parameter[0].valueMeta.versionId, '1');
  });

  it('$lastn gives the newest of each code, of what may be seen', async () => {
    const world = await twoPatients();
    const measured = (id: string, patient: string, code: string, year: string) =>
      observation(id, patient, {
        code: { coding: [{ system: 'urn:c', code }] },
        category: [{ coding: [{ code: 'vital-signs' }] }],
        effectiveDateTime: year,
      });
    for (const [id, patient, code, year] of [
      ['w1', 'yes', 'w', '2019'],
      ['w2', 'yes', 'w', '2021'],
      ['w3', 'yes', 'w', '2020'],
      ['h1', 'yes', 'h', '2018'],
      ['n1', 'no', 'w', '2022'],
    ] as const)
      await world.put(measured(id, patient, code, year));
    assert.deepEqual(ids(await own(world, 'Observation/$lastn?patient=yes&category=vital-signs')), ['w2', 'h1']);
    const both = 'Observation/$lastn?patient=yes,no&category=vital-signs&max=2';
    assert.deepEqual(ids(await own(world, both)), ['n1', 'w2', 'h1']);
    assert.deepEqual(ids(await get(world, both)), ['w2', 'w3', 'h1']);
    assert.deepEqual(ids(await get(world, 'Observation/$lastn?patient=no&code=w')), []);
    const parameter = [
      { name: 'max', valuePositiveInt: 3 },
      { name: 'patient', valueString: 'yes' },
      { name: 'code', valueString: 'w' },
    ];
    assert.deepEqual(ids(await post(world, 'Observation/$lastn', { resourceType: 'Parameters', parameter })), [
      'w2',
      'w3',
      'w1',
    ]);
    for (const words of ['patient=yes', 'category=x', 'patient=yes&code=w&max=0', 'patient=yes&code=w&_sort=date'])
      assert.equal((await own(world, `Observation/$lastn?${words}`)).status, 400, words);
  });

  it('$match grades who it may be, for the own organisation', async () => {
    const world = createWorld();
    const jane = { name: [{ family: 'Doe', given: ['Jane'] }], birthDate: '1980-02-03', gender: 'female' };
    const mrn = [{ system: 'urn:mrn', value: '1' }];
    await world.put({ resourceType: 'Patient', id: 'same', ...jane, identifier: mrn });
    await world.put({ resourceType: 'Patient', id: 'likely', ...jane });
    await world.put({
      resourceType: 'Patient',
      id: 'sister',
      ...jane,
      birthDate: '1982-05-06',
      name: [{ family: 'DOE', given: ['Ann'] }],
    });
    await world.put({ resourceType: 'Patient', id: 'stranger', name: [{ family: 'Roe' }], birthDate: '1980-02-03' });
    const ask = async (resource: object, more: readonly object[] = [], client = 'own'): Promise<Response> =>
      post(
        world,
        'Patient/$match',
        { resourceType: 'Parameters', parameter: [{ name: 'resource', resource }, ...more] },
        client,
      );
    const asked = { resourceType: 'Patient', ...jane, identifier: mrn };
    const graded = (response: Response): readonly string[] =>
      entries(response).map(({ resource, search }) => `${resource?.id} ${search.extension[0]?.valueCode}`);
    const found = await ask(asked);
    assert.deepEqual(graded(found), ['same certain', 'likely probable']);
    assert.ok(entries(found).every(({ search }) => search.score > 0 && search.score <= 1));
    const certainly = [{ name: 'onlyCertainMatches', valueBoolean: true }];
    assert.deepEqual(graded(await ask(asked, certainly)), ['same certain']);
    await world.put({ resourceType: 'Patient', id: 'twin', ...jane, identifier: mrn });
    assert.deepEqual(graded(await ask(asked, certainly)), []);
    assert.equal(graded(await ask(asked, [{ name: 'count', valueInteger: 1 }])).length, 1);
    assert.equal((await ask(asked, [], 'other')).status, 403);
    assert.equal((await ask({ resourceType: 'Observation' })).status, 400);
    assert.equal((await request(world.app).get('/fhir/Patient/$match').set(asOwn)).status, 405);
  });
});
