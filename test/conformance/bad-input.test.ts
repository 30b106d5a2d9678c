/** What is wrong is refused with the right status and an OperationOutcome that names the place; nothing is stored, nothing breaks. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { countRecords } from '../testing/count-records.ts';
import type { SendOptions } from '../testing/caller.ts';
import { GatewayProcess } from '../testing/gateway-process.ts';

const observation = (members: string): string =>
  `{"resourceType":"Observation","status":"final","code":{"text":"a"}${members === '' ? '' : `,${members}`}}`;
const bundle = (type: string, ...entries: readonly string[]): string =>
  `{"resourceType":"Bundle","type":"${type}","entry":[${entries.join(',')}]}`;
const entry = (resource: string, request: string): string => `{"resource":${resource},"request":{${request}}}`;
const good = entry(observation(''), '"method":"POST","url":"Observation"');
const posts = (resource: string, type = 'Observation'): string => entry(resource, `"method":"POST","url":"${type}"`);

type Row = readonly [
  name: string,
  method: string,
  path: string,
  options: SendOptions,
  status: number,
  /** In `expression`, or where there is no element yet, in `diagnostics`. */
  place: RegExp,
];

const create = (name: string, body: string, status: number, place: RegExp, type = 'Observation'): Row => [
  name,
  'POST',
  type,
  { body },
  status,
  place,
];

const rows: readonly Row[] = [
  // JSON
  create('an empty body', '', 400, /syntax \(offset 0\)/),
  create('malformed JSON', '{"resourceType":"Observation",', 400, /offset 30/),
  create('a trailing comma', '{"resourceType":"Observation","status":"final",}', 400, /offset 47/),
  create('text after the JSON', `${observation('')} x`, 400, /offset/),
  create('a duplicate key', observation('"status":"amended"'), 400, /Observation\.status/),
  create(
    'a duplicate key, deep inside',
    observation('"subject":{"display":"a","display":"b"}'),
    400,
    /subject\.display/,
  ),
  create('10,000-deep nesting', `${'['.repeat(10_000)}${']'.repeat(10_000)}`, 400, /too-deep/),
  create(
    '10,000-deep nesting in an element',
    observation(`"extension":${'[{"extension":'.repeat(10_000)}[]${'}]'.repeat(10_000)}`),
    400,
    /too-deep/,
  ),
  create('a lone surrogate', observation('"subject":{"display":"\\ud800"}'), 400, /subject\.display/),
  create('no object', '[]', 400, /resourceType/),
  create('no resourceType', '{"status":"final"}', 400, /resourceType/),
  [
    'a body that is not JSON',
    'POST',
    'Observation',
    { body: '<a/>', headers: { 'content-type': 'application/xml' } },
    415,
    /fhir\+json/,
  ],
  create('a body of 51 MiB', observation(`"note":[{"text":"${'a'.repeat(51 * 1024 * 1024)}"}]`), 413, /bytes/),

  // Types, elements, cardinality, data types
  create('an unknown type', '{"resourceType":"Spell"}', 404, /resource type/, 'Spell'),
  create('another type than the URL says', '{"resourceType":"Patient"}', 400, /resourceType/),
  create('an unknown element', observation('"mood":"good"'), 422, /Observation\.mood/),
  create(
    'an unknown element, deep inside',
    observation('"subject":{"mood":"good"}'),
    422,
    /Observation\.subject\.mood/,
  ),
  create(
    'an element twice that may come once',
    observation('"subject":[{"display":"a"}]'),
    422,
    /Observation\.subject/,
  ),
  create('an element once that is a list', observation('"note":{"text":"a"}'), 422, /Observation\.note/),
  create('a required element missing', '{"resourceType":"Observation","status":"final"}', 422, /Observation\.code/),
  create('two of a choice', observation('"valueString":"a","valueInteger":1'), 422, /Observation\.value/),
  create('a text where a number belongs', observation('"valueQuantity":{"value":"1"}'), 422, /value/),
  create('a number where a text belongs', observation('"valueString":1'), 422, /valueString|value/),
  create('a date that does not exist', observation('"effectiveDateTime":"2026-02-30"'), 422, /effective/),
  create('an instant without a zone', observation('"issued":"2026-01-01T00:00:00"'), 422, /issued/),
  create(
    'base64 that is none',
    '{"resourceType":"Binary","contentType":"text/plain","data":"%%%"}',
    422,
    /Binary\.data/,
    'Binary',
  ),
  create('null in a list', observation('"note":[null]'), 422, /note/),
  create('an empty object', observation('"subject":{}'), 422, /subject/),
  create('an empty string', observation('"valueString":""'), 422, /value/),
  create(
    'a bad code',
    '{"resourceType":"Observation","status":"bogus","code":{"text":"a"}}',
    422,
    /Observation\.status/,
  ),
  create('a bad gender', '{"resourceType":"Patient","gender":"robot"}', 422, /Patient\.gender/, 'Patient'),
  create(
    'an invariant broken',
    '{"resourceType":"Patient","contact":[{"gender":"male"}]}',
    422,
    /Patient\.contact/,
    'Patient',
  ),
  create(
    'a contained resource that is wrong',
    observation('"contained":[{"resourceType":"Patient","id":"p","gender":"robot"}],"subject":{"reference":"#p"}'),
    422,
    /contained\[0\]\.gender/,
  ),

  // Ids and conditions
  ['a bad id in the URL', 'PUT', 'Patient/a%20b', { body: '{"resourceType":"Patient","id":"a b"}' }, 400, /id/],
  [
    'an id that is too long',
    'PUT',
    `Patient/${'a'.repeat(65)}`,
    { body: `{"resourceType":"Patient","id":"${'a'.repeat(65)}"}` },
    400,
    /id/,
  ],
  [
    'another id than the URL says',
    'PUT',
    'Patient/a',
    { body: '{"resourceType":"Patient","id":"b"}' },
    400,
    /Patient\.id/,
  ],
  ['no id in an update', 'PUT', 'Patient/a', { body: '{"resourceType":"Patient"}' }, 400, /Patient\.id/],
  [
    'an If-Match that fails',
    'PUT',
    'Patient/a',
    { body: '{"resourceType":"Patient","id":"a"}', headers: { 'if-match': 'W/"9"' } },
    412,
    /version/,
  ],
  [
    'a condition with an unknown parameter',
    'POST',
    'Patient',
    { body: '{"resourceType":"Patient"}', headers: { 'if-none-exist': 'mood=good' } },
    400,
    /If-None-Exist/,
  ],
  [
    'an empty condition',
    'POST',
    'Patient',
    { body: '{"resourceType":"Patient"}', headers: { 'if-none-exist': '' } },
    400,
    /If-None-Exist/,
  ],

  // Bundles
  [
    'a transaction with one bad entry',
    'POST',
    '',
    { body: bundle('transaction', good, good, posts(observation('"mood":1')), good) },
    422,
    /Bundle\.entry\[2\]\.resource\.mood/,
  ],
  [
    'a transaction with a reference to nobody',
    'POST',
    '',
    { body: bundle('transaction', good, posts(observation('"subject":{"reference":"Patient?identifier=no|one"}'))) },
    412,
    /Bundle\.entry\[1\]\.resource/,
  ],
  [
    'a transaction with one identity twice',
    'POST',
    '',
    {
      body: bundle(
        'transaction',
        ...['PUT', 'DELETE'].map((method) =>
          entry('{"resourceType":"Patient","id":"a"}', `"method":"${method}","url":"Patient/a"`),
        ),
      ),
    },
    400,
    /Bundle\.entry\[[01]\]/,
  ],
  [
    'a transaction with an unknown type',
    'POST',
    '',
    { body: bundle('transaction', good, posts('{"resourceType":"Spell"}', 'Spell')) },
    400,
    /Bundle\.entry\[1\]\.request\.url/,
  ],
  [
    'a transaction with an entry that asks nothing',
    'POST',
    '',
    { body: bundle('transaction', good, '{}') },
    400,
    /Bundle\.entry\[1\]\.request/,
  ],
  ['a Bundle that is neither batch nor transaction', 'POST', '', { body: bundle('collection') }, 400, /Bundle\.type/],

  // Addresses and searches
  ['an unknown search parameter', 'GET', 'Patient?mood=good', {}, 400, /mood/],
  ['a malformed date', 'GET', 'Observation?date=yesterday', {}, 400, /date/],
  ['a malformed _count', 'GET', 'Observation?_count=many', {}, 400, /_count/],
  ['a page link that we did not give', 'GET', 'Observation?_page=AAAA', {}, 400, /page/],
  ['a search of an unknown type', 'GET', 'Spell?_count=1', {}, 404, /resource type/],
  ['an unknown operation', 'POST', 'Patient/a/$sing', { body: '{"resourceType":"Parameters"}' }, 404, /./],
  ['a method that is not offered', 'DELETE', 'Patient/a/_history', {}, 405, /./],
  [
    'an update of a type without a condition',
    'PUT',
    'Patient',
    { body: '{"resourceType":"Patient"}' },
    400,
    /condition/,
  ],
  ['a delete of a type without a condition', 'DELETE', 'Patient', {}, 400, /condition/],
  ['a delete under a condition that is not known', 'DELETE', 'Patient?sign=x', {}, 400, /sign/],
  ['an address that cannot be decoded', 'GET', 'Patient/%zz', {}, 400, /./],

  // Who may not
  ['no token', 'POST', 'Patient', { as: 'nobody', body: '{"resourceType":"Patient"}' }, 401, /./],
  [
    'a token that is none',
    'POST',
    'Patient',
    { as: 'nobody', body: '{"resourceType":"Patient"}', headers: { authorization: 'Bearer a.b.c' } },
    401,
    /./,
  ],
  [
    'another organisation’s create',
    'POST',
    'Patient',
    { as: 'hospital-b', body: '{"resourceType":"Patient"}' },
    403,
    /./,
  ],
  [
    'another organisation’s update',
    'PUT',
    'Patient/a',
    { as: 'hospital-b', body: '{"resourceType":"Patient","id":"a"}' },
    403,
    /./,
  ],
  ['another organisation’s delete', 'DELETE', 'Patient/a', { as: 'hospital-b' }, 403, /./],
  ['another organisation’s transaction', 'POST', '', { as: 'hospital-b', body: bundle('transaction', good) }, 403, /./],
  [
    'another organisation’s enrolment',
    'POST',
    'Patient/a/$enroll',
    { as: 'hospital-b', body: '{"resourceType":"Parameters"}' },
    403,
    /./,
  ],
];

describe('Bad input', () => {
  let gateway: GatewayProcess;
  before(async () => {
    gateway = await GatewayProcess.start();
    // Warm, and something to count.
    equal((await gateway.send('POST', 'Observation', { body: observation('') })).status, 201);
  });
  after(() => gateway[Symbol.asyncDispose]());

  for (const [name, method, path, options, status, place] of rows)
    it(`${name}: ${status}`, async () => {
      const stored = await countRecords(gateway.dataDirectory);
      const answer = await gateway.send(method, path, options);
      equal(answer.status, status, answer.text);
      equal(answer.headers.get('content-type'), 'application/fhir+json; charset=utf-8');
      const { resourceType, issue } = JSON.parse(answer.text) as {
        resourceType: string;
        issue: { severity: string; diagnostics: string; expression?: string[] }[];
      };
      equal(resourceType, 'OperationOutcome');
      ok(issue.every(({ severity }) => severity === 'error'));
      match(issue.flatMap(({ diagnostics, expression = [] }) => [...expression, diagnostics]).join('\n'), place);
      equal(answer.headers.has('www-authenticate'), status === 401);
      deepEqual(await countRecords(gateway.dataDirectory), stored);
    });

  it('a batch with one bad entry stores the others and says which one failed', async () => {
    const body = bundle('batch', good, posts(observation('"mood":1')), good);
    const { status, text } = await gateway.send('POST', '', { body });
    equal(status, 200, text);
    const { entry } = JSON.parse(text) as { entry: { response: { status: string; outcome?: object } }[] };
    deepEqual(
      entry.map(({ response }) => response.status.slice(0, 3)),
      ['201', '422', '201'],
    );
    match(JSON.stringify(entry[1]?.response.outcome), /Bundle\.entry\[1\]\.resource\.mood/);
  });

  it('leaves the process as it was', async () => {
    equal(gateway.state, 'alive');
    const base = gateway.sandbox.fhirBaseUrl.replace(/\/fhir$/, '');
    for (const health of ['live', 'ready'])
      equal((await gateway.send('GET', `${base}/health/${health}`, { as: 'nobody' })).status, 200);
    equal((await gateway.send('POST', 'Observation', { body: observation('') })).status, 201);
  });
});
