/** R4 binary.html: content in its own media type, kept beside the version, which names it by hash. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { hash, randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { openWorld, twice, type Answer, type Json, type World } from './testing/world.ts';

const hashUrl = 'urn:chartseal:fhir:StructureDefinition:content-sha256';

describe('A Binary', () => {
  let world: World;
  before(async () => {
    world = await openWorld(twice);
  });
  after(() => world.close());

  const send = (
    method: 'post' | 'put',
    path: string,
    body: object | string,
    type: string,
    headers = {},
  ): Promise<Answer> => world.send(method, `/fhir/${path}`, body, { headers: { 'content-type': type, ...headers } });
  const kept = async (id: string, version = 1): Promise<Buffer> =>
    Buffer.from((await world.records.bytes({ resourceType: 'Binary', id }, version)) ?? []);
  const idOf = ({ headers }: Answer): string =>
    /Binary\/([^/]+)\/_history/.exec(headers['location'] as string)?.[1] ?? '';

  it('comes as it is, and is named by the hash of its content', async () => {
    const content = randomBytes(100_000);
    const answer = await send('post', 'Binary', content, 'image/png', { 'x-security-context': 'Patient/p' });
    deepEqual([answer.status, answer.text, answer.headers['etag']], [201, '', 'W/"1"']);
    const id = idOf(answer);
    ok((await kept(id)).equals(content));
    const stored = await world.stored(`Binary/${id}`);
    deepEqual(stored['securityContext'], { reference: 'Patient/p' });
    deepEqual([stored['contentType'], stored['data']], ['image/png', undefined]);
    deepEqual(stored['_data'], {
      extension: [{ url: hashUrl, valueBase64Binary: hash('sha256', content, 'base64') }],
    });
  });

  it('is updated as it is, under If-Match too', async () => {
    const answer = await send('put', 'Binary/raw', Buffer.from('one'), 'text/plain; charset=utf-8');
    equal(answer.status, 201);
    equal((await send('put', 'Binary/raw', Buffer.from('x'), 'text/plain', { 'if-match': 'W/"2"' })).status, 412);
    equal(
      (await send('put', 'Binary/raw', Buffer.from('two'), 'application/pdf', { 'if-match': 'W/"1"' })).status,
      200,
    );
    deepEqual([String(await kept('raw')), String(await kept('raw', 2))], ['one', 'two']);
    equal((await world.stored('Binary/raw'))['contentType'], 'application/pdf');
  });

  it('is a resource where it says FHIR, and JSON is content elsewhere', async () => {
    const resource = { resourceType: 'Binary', contentType: 'text/plain', data: 'aGVsbG8=' };
    const answer = await send('post', 'Binary', resource, 'application/fhir+json');
    deepEqual([answer.status, answer.body['data'], answer.body['_data']], [201, 'aGVsbG8=', undefined]);
    equal(String(await kept(answer.body.id)), 'hello');
    const json = await send('post', 'Binary', '{"a":1.0}', 'application/json');
    equal(String(await kept(idOf(json))), '{"a":1.0}');
    equal((await send('post', 'Binary', '<Binary/>', 'application/fhir+xml')).status, 415);
    equal((await send('post', 'Patient', Buffer.from('x'), 'image/png')).status, 415);
  });

  it('may have no content, and keeps what stands beside it', async () => {
    const none = await send(
      'post',
      'Binary',
      { resourceType: 'Binary', contentType: 'text/plain' },
      'application/fhir+json',
    );
    equal(none.status, 201);
    equal((await world.stored(`Binary/${none.body.id}`))['_data'], undefined);
    const extension = [{ url: 'urn:mine', valueString: 'x' }];
    const body: Json = { resourceType: 'Binary', contentType: 'text/plain', data: 'aGVsbG8=', _data: { extension } };
    const answer = await send('post', 'Binary', body, 'application/fhir+json');
    deepEqual([answer.body['data'], answer.body['_data']], ['aGVsbG8=', { extension }]);
    equal((await send('post', 'Binary', Buffer.alloc(0), 'image/png')).status, 400);
  });

  it('is told of white space in its base64, and refused what is none', async () => {
    const binary = (data: string, rest: object = {}): Json => ({
      resourceType: 'Binary',
      contentType: 'text/plain',
      data,
      ...rest,
    });
    const prefer = { prefer: 'return=OperationOutcome' };
    const told = await send('post', 'Binary', binary('aGVs bG8='), 'application/fhir+json', prefer);
    deepEqual([told.status, told.body.issue[0]?.expression], [201, ['Binary.data']]);
    equal(told.body.issue[0]?.severity, 'information');
    for (const data of ['aGVsbG8', 'aGVsbG9=', '====', 'a-b_'])
      equal((await send('post', 'Binary', binary(data), 'application/fhir+json')).status, 422, data);
    const forged = { extension: [{ url: hashUrl, valueBase64Binary: hash('sha256', 'x', 'base64') }] };
    for (const rest of [{ _data: forged }, { _data: forged, data: undefined }]) {
      const answer = await send('post', 'Binary', binary('aGVsbG8=', rest), 'application/fhir+json');
      equal(answer.status, 422);
      match(answer.body.issue[0]?.diagnostics ?? '', /content-sha256/);
    }
  });

  it('may be as large as any body, and not larger', async () => {
    const large = Buffer.alloc(50 * 1024 * 1024, 7);
    const answer = await send('post', 'Binary', large, 'application/octet-stream');
    equal(answer.status, 201);
    equal((await kept(idOf(answer))).length, large.length);
    const larger = await send('post', 'Binary', Buffer.alloc(50 * 1024 * 1024 + 1), 'application/octet-stream');
    equal(larger.status, 413);
  });

  it('of another organisation is not read', async () => {
    for (const [method, path] of [
      ['post', 'Binary'],
      ['put', 'Binary/x'],
    ] as const)
      equal(
        (
          await world.send(method, `/fhir/${path}`, Buffer.from('x'), {
            as: 'other',
            headers: { 'content-type': 'image/png' },
          })
        ).status,
        403,
      );
  });
});
