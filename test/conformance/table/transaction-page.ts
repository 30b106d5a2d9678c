/** https://hl7.org/fhir/R4/http.html#transaction: batches and transactions. */
import { basic, get, named, put, row } from './basic.ts';
import type { Request, Row } from './row.ts';

const bundle = (type: string, ...entry: readonly object[]): Request => ({
  method: 'POST',
  path: '',
  body: { resourceType: 'Bundle', type, entry },
});

const inBatch = (method: string, url: string, resource?: object): object => ({
  ...(resource === undefined ? {} : { resource }),
  request: { method, url },
});
const uuid = 'urn:uuid:00000000-0000-4000-8000-000000000001';

export const transactionPage: readonly Row[] = [
  row(
    'transaction',
    'a batch answers each entry, in order',
    [bundle('batch', inBatch('PUT', 'Basic/b1', basic('b1', 'a')), inBatch('GET', 'Basic/no-such'))],
    {
      status: 200,
      says: /"type":"batch-response"/,
    },
    'interaction batch',
  ),
  row(
    'transaction',
    'a transaction is all',
    [bundle('transaction', inBatch('PUT', 'Basic/t1', basic('t1', 'a')), inBatch('PUT', 'Basic/t2', basic('t2', 'a')))],
    {
      status: 200,
      says: /"type":"transaction-response"/,
    },
    'interaction transaction',
  ),
  row(
    'transaction',
    'or nothing',
    [
      put('t3'),
      get('Basic/t3'),
      bundle(
        'transaction',
        inBatch('PUT', 'Basic/t4', basic('t4', 'a')),
        inBatch('PUT', 'Basic/t5', { resourceType: 'Basic', id: 't5' }),
      ),
    ],
    { status: [400, 422], says: /entry\[1\]/ },
  ),
  row('transaction', 'and nothing is left of it', [get('Basic?_id=t4,t5')], { status: 200, found: [] }),
  row(
    'trules',
    'DELETE comes before POST, POST before PUT',
    [
      { method: 'PUT', path: 'Basic/o1', body: basic('o1', 'a', named('o1')) },
      bundle(
        'transaction',
        {
          resource: basic(undefined, 'b', named('o1')),
          request: { method: 'POST', url: 'Basic', ifNoneExist: 'identifier=urn:http|o1' },
        },
        inBatch('DELETE', 'Basic/o1'),
      ),
    ],
    { status: 200, says: /"status":"201/ },
  ),
  row(
    'trules',
    'references by fullUrl become the new ids',
    [
      bundle(
        'transaction',
        {
          fullUrl: uuid,
          resource: { resourceType: 'Patient', name: [{ family: 'Bundled' }] },
          request: { method: 'POST', url: 'Patient' },
        },
        inBatch('PUT', 'Basic/tref', basic('tref', 'a', { subject: { reference: uuid } })),
      ),
      get('Basic?_id=tref&_include=Basic:subject'),
    ],
    { status: 200, says: /"family":"Bundled"/ },
  ),
  row(
    'trules',
    'conditional references are resolved',
    [
      { method: 'PUT', path: 'Patient/cref', body: { resourceType: 'Patient', id: 'cref', ...named('cref') } },
      bundle(
        'transaction',
        inBatch(
          'PUT',
          'Basic/cref',
          basic('cref', 'a', { subject: { reference: 'Patient?identifier=urn:http|cref' } }),
        ),
      ),
      get('Basic/cref'),
    ],
    { status: 200, says: /"reference":"Patient\/cref"/ },
  ),
  row(
    'trules',
    'a conditional reference that finds nothing fails the whole',
    [
      bundle(
        'transaction',
        inBatch(
          'PUT',
          'Basic/cref2',
          basic('cref2', 'a', { subject: { reference: 'Patient?identifier=urn:http|no-such' } }),
        ),
      ),
    ],
    { status: [400, 412, 422], says: /entry\[0\]/ },
  ),
  row(
    'trules',
    'conditional update in a transaction',
    [
      { method: 'PUT', path: 'Basic/tcu', body: basic('tcu', 'a', named('tcu')) },
      bundle('transaction', inBatch('PUT', 'Basic?identifier=urn:http|tcu', basic(undefined, 'b', named('tcu')))),
      get('Basic/tcu'),
    ],
    { status: 200, headers: { etag: /^W\/"2"$/ } },
  ),
  row(
    'trules',
    'conditional delete in a transaction',
    [
      { method: 'PUT', path: 'Basic/tcd', body: basic('tcd', 'a', named('tcd')) },
      bundle('transaction', inBatch('DELETE', 'Basic?identifier=urn:http|tcd')),
      get('Basic/tcd'),
    ],
    { status: 410 },
  ),
  row(
    'trules',
    'If-Match in a transaction',
    [
      put('tim'),
      bundle('transaction', {
        resource: basic('tim', 'b'),
        request: { method: 'PUT', url: 'Basic/tim', ifMatch: 'W/"9"' },
      }),
    ],
    { status: 412 },
  ),
  row(
    'trules',
    'two entries may not be the same record',
    [
      bundle(
        'transaction',
        inBatch('PUT', 'Basic/same', basic('same', 'a')),
        inBatch('PUT', 'Basic/same', basic('same', 'b')),
      ),
    ],
    { status: [400, 412, 422] },
  ),
];
