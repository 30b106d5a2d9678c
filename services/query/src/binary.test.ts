/** https://hl7.org/fhir/R4/binary.html#rest */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import request, { type Response } from 'supertest';
import { get, seen, twoPatients, type Case } from './testing/two-patients.ts';

const words = 'a note with "quotes" and \u00fc';
const data = Buffer.from(words).toString('base64');
const html = 'text/html; charset=utf-8';

const world = async (): Promise<Case> => {
  const both = await twoPatients();
  for (const patient of ['yes', 'no']) {
    await both.put({
      resourceType: 'Binary',
      id: `b-${patient}`,
      contentType: html,
      securityContext: { reference: `Patient/${patient}` },
      data,
    });
    await both.put({
      resourceType: 'DocumentReference',
      id: `d-${patient}`,
      status: 'current',
      subject: { reference: `Patient/${patient}` },
      content: [{ attachment: { url: `Binary/b-${patient}` } }],
    });
  }
  return both;
};

const read = async ({ app }: Case, path: string, headers: object, client = 'own'): Promise<Response> =>
  request(app)
    .get(`/fhir/${path}`)
    .set({ 'x-test-client': client, ...headers })
    .buffer(true);

describe('a Binary', () => {
  it('is given as what it is, and as no page of ours', async () => {
    const both = await world();
    for (const [path, accept] of [
      ['Binary/b-yes', '*/*'],
      ['Binary/b-yes', 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8'],
      ['Binary/b-yes/_history/1', 'image/png'],
    ] as const) {
      const { status, text, headers } = await read(both, path, { accept });
      assert.deepEqual([status, text, headers['content-type'], headers.etag], [200, words, html, 'W/"1"']);
      assert.equal(headers['content-disposition'], 'attachment');
      assert.equal(headers['x-content-type-options'], 'nosniff');
      assert.match(headers['content-security-policy'] ?? '', /(^|; )sandbox(;|$)/);
    }
    assert.equal((await read(both, 'Binary/b-yes', { 'if-none-match': 'W/"1"' })).status, 304);
    const { text } = await request(both.app).head('/fhir/Binary/b-yes').set('x-test-client', 'own');
    assert.equal(text ?? '', '');
  });

  it('is given as a resource, with its content in it, to whoever asks for one', async () => {
    const both = await world();
    for (const [path, headers] of [
      ['Binary/b-yes', { accept: 'application/fhir+json' }],
      ['Binary/b-yes', { accept: 'text/html, application/json;q=0.9' }],
      ['Binary/b-yes?_format=json', {}],
      ['Binary/b-yes?_format=application/fhir+json', { accept: 'text/html' }],
    ] as const) {
      const { status, text, headers: told } = await read(both, path, headers);
      assert.equal(status, 200);
      assert.match(told['content-type'] ?? '', /^application\/fhir\+json/);
      const { meta, ...rest } = JSON.parse(text);
      assert.equal(meta.versionId, '1');
      assert.deepEqual(rest, {
        contentType: html,
        data,
        id: 'b-yes',
        resourceType: 'Binary',
        securityContext: { reference: 'Patient/yes' },
      });
    }
    assert.equal((await read(both, 'Binary/b-yes', { accept: 'application/fhir+xml' })).status, 406);
    assert.equal((await read(both, 'Binary/b-yes?_format=xml', {})).status, 406);
    for (const path of [
      'Binary?_id=b-yes',
      'Binary/b-yes/_history',
      'Binary/_history',
      'Binary?_id=b-yes&_summary=data',
    ])
      assert.equal((await read(both, path, {})).body.entry.find(hasData)?.resource.data, data, path);
    assert.equal((await read(both, 'Binary?_id=b-yes&_summary=true', {})).body.entry[0].resource.data, undefined);
  });

  it('is given as bytes of any kind where what it says that it is could end a header', async () => {
    const both = await world();
    for (const contentType of ['text/plain\r\nset-cookie: x', 'nonsense', '']) {
      await both.put({ resourceType: 'Binary', id: 'odd', contentType, data });
      const { headers } = await read(both, 'Binary/odd', {});
      assert.deepEqual([headers['content-type'], headers['set-cookie']], ['application/octet-stream', undefined]);
    }
  });

  it('whose content is not what its version names is not given', async () => {
    const both = await world();
    both.memory.bytes = async () => Buffer.from('other');
    for (const accept of ['*/*', 'application/fhir+json'])
      assert.equal((await read(both, 'Binary/b-yes', { accept })).status, 500);
  });

  it('C1 is decided whichever way it is asked for', async () => {
    const both = await world();
    for (const accept of ['*/*', 'application/fhir+json']) {
      assert.equal((await read(both, 'Binary/b-yes', { accept }, 'other')).status, 200);
      const missing = seen(await read(both, 'Binary/never', { accept }, 'other'));
      assert.deepEqual(seen(await read(both, 'Binary/b-no', { accept }, 'other')), missing);
      assert.deepEqual(seen(await read(both, 'Binary/b-no/_history/1', { accept }, 'other')), missing);
    }
    assert.ok(!(await get(both, 'Binary/_history')).text.includes('b-no'));
  });
});

const hasData = ({ resource }: { resource: { id: string } }): boolean => resource.id === 'b-yes';
