import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { isKind } from '@chartseal/ports';
import { fhirBaseUrl, openWorld, type Answer, type World } from '../testing/world.ts';

const ndjson = { 'content-type': 'application/fhir+ndjson', prefer: 'respond-async' };
const lines = (...resources: readonly (object | string)[]): string =>
  resources.map((each) => (typeof each === 'string' ? each : JSON.stringify(each))).join('\n');
const patient = (id: string, rest: object = {}): object => ({ resourceType: 'Patient', id, ...rest });

describe('An import', () => {
  let world: World;
  before(async () => {
    world = await openWorld();
  });
  after(() => world.close());

  const start = async (body: string, as = 'own'): Promise<string> => {
    const answer = await world.send('post', '/fhir/$import', body, { headers: ndjson, as });
    equal(answer.status, 202, answer.text);
    return (answer.headers['content-location'] ?? '').replace(fhirBaseUrl, '/fhir');
  };
  const told = async (
    status: string,
  ): Promise<Answer & { readonly errors: readonly (readonly [number, string, string])[] }> => {
    const answer = await world.send('get', status);
    const { text } = await world.send('get', `${status}/errors`);
    const errors = text
      .split('\n')
      .filter((line) => line !== '')
      .map(
        (line) =>
          (
            JSON.parse(line) as {
              issue: { code: string; expression?: string[]; extension: { valueInteger: number }[] }[];
            }
          ).issue[0]!,
      )
      .map(({ code, expression, extension }) => [extension[0]!.valueInteger, code, expression?.[0] ?? ''] as const);
    return { ...answer, body: answer.body, text: answer.text, errors };
  };
  const versions = async (id: string): Promise<readonly string[]> =>
    (await world.records.history({ resourceType: 'Patient', id }, { limit: 9 })).map(
      ({ versionId, content }) => `${versionId} ${(JSON.parse(content) as { gender?: string }).gender}`,
    );

  it('writes each line by itself, names the lines that cannot be written, and tells none of their content', async () => {
    const secret = 'Jane Roe 1970';
    const status = await start(
      lines(
        patient('a', { gender: 'female' }),
        '',
        patient('b', { gender: secret }),
        `{"resourceType":"Patient","id":"c",${secret}`,
        { resourceType: 'Basic', code: { text: 'new' } },
        patient('not an id'),
        { resourceType: secret },
        patient('a', { gender: 'other' }),
      ),
    );
    const running = await world.send('get', status);
    deepEqual(
      [running.status, running.headers['x-progress']],
      [202, '0 resources written, 0 lines refused; 0 of 1 inputs read'],
    );
    await world.carryOut();
    const { status: code, body, errors, text } = await told(status);
    equal(code, 200, text);
    deepEqual(
      errors,
      [
        [3, 'code-invalid', 'Patient.gender'],
        [4, 'structure', 'Patient.id'],
        [6, 'value', ''],
        [7, 'not-supported', ''],
      ].map((each) => [...each]),
    );
    const { output, error } = body as unknown as {
      output: Record<string, unknown>[];
      error: Record<string, unknown>[];
    };
    deepEqual(
      [output[0]?.['count'], output[0]?.['extension'], error[0]?.['count']],
      [3, { created: 2, updated: 1 }, 4],
    );
    equal((await world.send('get', `${status}/errors`)).text.includes('Roe'), false);
    deepEqual(await versions('a'), ['2 other', '1 female']);
    equal(await world.count('Basic'), 1);
  });

  it('cut off anywhere goes on where it was, and writes no record and no version twice', async () => {
    const of = (id: string, gender: string): object => patient(id, { gender });
    const body = lines(
      of('x', 'male'),
      of('y', 'male'),
      { resourceType: 'Flag', status: 'active', code: { text: 'f' }, subject: { reference: 'Patient/x' } },
      of('x', 'female'),
      { resourceType: 'Flag', status: 'active', code: { text: 'f' }, subject: { reference: 'Patient/x' } },
      of('x', 'male'),
      of('y', 'female'),
    );
    await world.send('put', '/fhir/Patient/y', of('y', 'male'));
    const status = await start(body);
    const cut = (error: unknown): boolean => isKind(error, 'store-unavailable') || isKind(error, 'outcome-unknown');
    for (const patience of [1, 2, 1, 3]) await rejects(world.carryOut(patience), cut);
    // What others write meanwhile is neither lost nor taken for its own.
    await world.send('put', '/fhir/Patient/x', of('x', 'unknown'));
    await world.carryOut();
    equal((await told(status)).status, 200);
    equal(await world.count('Flag'), 2);
    deepEqual((await versions('y')).toReversed(), ['1 male', '2 male', '3 female']);
    const written = (await versions('x')).map((each) => each.split(' ')[1]);
    deepEqual(written.filter((each) => each === 'unknown').length, 1);
    deepEqual(written.filter((each) => each !== 'unknown').toReversed(), ['male', 'female', 'male']);
  });

  it('asks for the right scope, for respond-async and for a body, before it keeps anything', async () => {
    const body = lines(patient('d'));
    const refused: readonly (readonly [number, Parameters<World['send']>[3]])[] = [
      [403, { as: 'other', headers: ndjson }],
      [403, { as: 'narrow', headers: ndjson }],
      [400, { headers: { 'content-type': ndjson['content-type'] } }],
      [415, { headers: { ...ndjson, 'content-type': 'text/plain' } }],
      [415, { headers: { ...ndjson, 'content-encoding': 'gzip' } }],
    ];
    for (const [status, options] of refused)
      equal((await world.send('post', '/fhir/$import', body, options)).status, status, JSON.stringify(options));
    equal((await world.send('post', '/fhir/$import', '', { headers: ndjson })).status, 400);
    equal((await world.send('post', '/fhir/$import', 'x'.repeat(200_000), { headers: ndjson })).status, 413);
    await world.carryOut();
    equal(await world.records.read({ resourceType: 'Patient', id: 'd' }), undefined);
  });

  it('by a token that may not update makes new records only', async () => {
    const status = await start(
      lines(patient('e'), { resourceType: 'Group', type: 'person', actual: true }),
      'creating',
    );
    await world.carryOut();
    deepEqual((await told(status)).errors, [[1, 'forbidden', '']]);
    deepEqual(
      [await world.records.read({ resourceType: 'Patient', id: 'e' }), await world.count('Group')],
      [undefined, 1],
    );
  });

  it('is told of to the own organisation alone, and may be cancelled', async () => {
    const status = await start(lines(patient('f')));
    for (const path of [status, `${status}/errors`])
      equal((await world.send('get', path, undefined, { as: 'other' })).status, 403);
    equal((await world.send('delete', status, undefined, { as: 'other' })).status, 403);
    equal((await world.send('delete', status)).status, 202);
    equal((await world.send('get', status)).status, 404);
    await world.carryOut();
    equal(await world.records.read({ resourceType: 'Patient', id: 'f' }), undefined);
    equal((await world.send('get', '/fhir/$import-status/nobody')).status, 404);
  });

  it('reads Parameters strictly, and only what is below the configured sources', async () => {
    const input = (url: string, ...parts: readonly object[]): object => ({
      name: 'input',
      part: [{ name: 'url', valueUrl: url }, ...parts],
    });
    const ask = async (...parameter: readonly object[]): Promise<Answer> =>
      world.send(
        'post',
        '/fhir/$import',
        { resourceType: 'Parameters', parameter },
        { headers: { prefer: 'respond-async' } },
      );
    const at = async (...parameter: readonly object[]): Promise<string> => {
      const { status, body } = await ask(...parameter);
      ok(status === 400 || status === 422, String(status));
      return body.issue[0]?.expression?.[0] ?? '';
    };
    match(await at(input('https://b.example/x')), /parameter\[0\]$/);
    match(await at({ name: 'inputFormat', valueCode: 'text/csv' }), /parameter\[0\]$/);
    match(await at(input('https://a.example/x'), { name: 'mode', valueCode: 'x' }), /parameter\[1\]$/);
    match(await at(input('https://a.example/x', { name: 'type', valueCode: 'Robot' })), /parameter\[0\]$/);
    match(await at({ name: 'inputFormat', valueCode: 'application/fhir+ndjson' }), /parameter$/);
    const { status, headers } = await ask(input('file:///import/absent', { name: 'type', valueCode: 'Patient' }));
    equal(status, 202);
    await world.carryOut();
    const path = (headers['content-location'] ?? '').replace(fhirBaseUrl, '/fhir');
    const { error } = (await world.send('get', path)).body as unknown as { error: { count: number }[] };
    equal(error[0]?.count, 1);
  });
});
