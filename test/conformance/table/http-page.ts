/** https://hl7.org/fhir/R4/http.html: each interaction, its preconditions and what it answers. */
import { basic, get, named, put, row } from './basic.ts';
import type { Row } from './row.ts';

const reads: readonly Row[] = [
  row(
    'read',
    'read answers the resource, its version and its time',
    [put('read'), get('Basic/read')],
    {
      status: 200,
      headers: { etag: /^W\/"1"$/, 'last-modified': /GMT$/, 'content-type': /^application\/fhir\+json/ },
      says: /"id":"read"/,
    },
    'interaction read',
  ),
  row('read', 'what is not known is 404', [get('Basic/no-such')], { status: 404, says: /OperationOutcome/ }),
  row('read', 'what was deleted is 410', [put('gone'), { method: 'DELETE', path: 'Basic/gone' }, get('Basic/gone')], {
    status: 410,
  }),
  row('read', 'HEAD answers the same without a body', [put('head'), { method: 'HEAD', path: 'Basic/head' }], {
    status: 200,
    headers: { etag: /^W\/"1"$/ },
    empty: true,
  }),
  row('read', '_elements may be asked for', [put('part'), get('Basic/part?_summary=text')], {
    status: 200,
    says: /SUBSETTED/,
  }),
  row(
    'cread',
    'If-None-Match of the current version is 304',
    [put('held'), get('Basic/held', { 'if-none-match': 'W/"1"' })],
    {
      status: 304,
      empty: true,
    },
    'conditionalRead',
  ),
  row(
    'cread',
    'If-None-Match of another is the resource',
    [put('other'), get('Basic/other', { 'if-none-match': 'W/"7"' })],
    { status: 200 },
  ),
  row(
    'cread',
    'If-Modified-Since of now is 304',
    [put('since'), get('Basic/since', { 'if-modified-since': '{last-modified}' })],
    { status: 304, empty: true },
  ),
  row(
    'cread',
    'If-Modified-Since of before is the resource',
    [put('before'), get('Basic/before', { 'if-modified-since': 'Sat, 01 Jan 2000 00:00:00 GMT' })],
    { status: 200 },
  ),
  row(
    'vread',
    'vread answers that version',
    [put('v'), put('v', 'b'), get('Basic/v/_history/1')],
    {
      status: 200,
      headers: { etag: /^W\/"1"$/ },
      says: /"text":"a"/,
    },
    'interaction vread',
  ),
  row('vread', 'a version that was never there is 404', [put('v2'), get('Basic/v2/_history/9')], { status: 404 }),
];

const updates: readonly Row[] = [
  row(
    'update',
    'update of what is not there creates it with that id',
    [put('new')],
    {
      status: 201,
      headers: { etag: /^W\/"1"$/, location: /\/Basic\/new\/_history\/1$/, 'last-modified': /GMT$/ },
    },
    'interaction update',
    'updateCreate',
  ),
  row('update', 'update of what is there makes the next version', [put('next'), put('next', 'b')], {
    status: 200,
    headers: { etag: /^W\/"2"$/ },
  }),
  row(
    'update',
    'meta.versionId of the client is ignored',
    [{ method: 'PUT', path: 'Basic/mine', body: basic('mine', 'a', { meta: { versionId: '77' } }) }],
    {
      status: 201,
      says: /"versionId":"1"/,
    },
  ),
  row('update', 'a body without id is refused', [{ method: 'PUT', path: 'Basic/noid', body: basic(undefined, 'a') }], {
    status: 400,
  }),
  row('update', 'a body with another id is refused', [{ method: 'PUT', path: 'Basic/one', body: basic('two', 'a') }], {
    status: 400,
  }),
  row(
    'concurrency',
    'If-Match of the current version is carried out',
    [put('match'), put('match', 'b', { 'if-match': 'W/"1"' })],
    { status: 200 },
  ),
  row('concurrency', 'If-Match of another is 412', [put('clash'), put('clash', 'b', { 'if-match': 'W/"4"' })], {
    status: 412,
  }),
  row(
    'concurrency',
    'a delete may be version-aware too',
    [put('keep'), { method: 'DELETE', path: 'Basic/keep', headers: { 'if-match': 'W/"4"' } }],
    { status: 412 },
  ),
  row(
    'cond-update',
    'no match, no id: it is created',
    [{ method: 'PUT', path: 'Basic?identifier=urn:http|cu0', body: basic(undefined, 'a', named('cu0')) }],
    { status: 201 },
    'conditionalUpdate',
  ),
  row(
    'cond-update',
    'one match: that one is updated',
    [
      { method: 'PUT', path: 'Basic/cu1', body: basic('cu1', 'a', named('cu1')) },
      { method: 'PUT', path: 'Basic?identifier=urn:http|cu1', body: basic(undefined, 'b', named('cu1')) },
    ],
    { status: 200, headers: { location: /\/Basic\/cu1\/_history\/2$/ } },
  ),
  row(
    'cond-update',
    'one match, another id: refused',
    [
      { method: 'PUT', path: 'Basic/cu2', body: basic('cu2', 'a', named('cu2')) },
      { method: 'PUT', path: 'Basic?identifier=urn:http|cu2', body: basic('else', 'b', named('cu2')) },
    ],
    { status: 400 },
  ),
  row(
    'cond-update',
    'several matches: 412',
    [
      { method: 'PUT', path: 'Basic/cu3', body: basic('cu3', 'a', named('cu3')) },
      { method: 'PUT', path: 'Basic/cu4', body: basic('cu4', 'a', named('cu3')) },
      { method: 'PUT', path: 'Basic?identifier=urn:http|cu3', body: basic(undefined, 'b', named('cu3')) },
    ],
    { status: 412 },
  ),
  row('cond-update', 'without criteria: refused', [{ method: 'PUT', path: 'Basic', body: basic(undefined, 'a') }], {
    status: [400, 404, 405],
  }),
];

const creates: readonly Row[] = [
  row(
    'create',
    'create gives an id, and says where',
    [{ method: 'POST', path: 'Basic', body: basic(undefined, 'a') }],
    {
      status: 201,
      headers: { location: /\/Basic\/[0-9a-f-]{36}\/_history\/1$/, etag: /^W\/"1"$/ },
    },
    'interaction create',
  ),
  row('create', 'an id of the client is ignored', [{ method: 'POST', path: 'Basic', body: basic('mine-own', 'a') }], {
    status: 201,
    saysNot: /"id":"mine-own"/,
  }),
  row(
    'ccreate',
    'no match: it is created',
    [
      {
        method: 'POST',
        path: 'Basic',
        body: basic(undefined, 'a', named('cc0')),
        headers: { 'if-none-exist': 'identifier=urn:http|cc0' },
      },
    ],
    { status: 201 },
    'conditionalCreate',
  ),
  row(
    'ccreate',
    'one match: 200, and nothing is made',
    [
      { method: 'PUT', path: 'Basic/cc1', body: basic('cc1', 'a', named('cc1')) },
      {
        method: 'POST',
        path: 'Basic',
        body: basic(undefined, 'b', named('cc1')),
        headers: { 'if-none-exist': 'identifier=urn:http|cc1' },
      },
    ],
    { status: 200, headers: { location: /\/Basic\/cc1\/_history\/1$/ } },
  ),
  row(
    'ccreate',
    'several matches: 412',
    [
      { method: 'PUT', path: 'Basic/cc2', body: basic('cc2', 'a', named('cc2')) },
      { method: 'PUT', path: 'Basic/cc3', body: basic('cc3', 'a', named('cc2')) },
      {
        method: 'POST',
        path: 'Basic',
        body: basic(undefined, 'b', named('cc2')),
        headers: { 'if-none-exist': 'identifier=urn:http|cc2' },
      },
    ],
    { status: 412 },
  ),
  row('return', 'Prefer: return=minimal has no body', [{ ...put('minimal'), headers: { prefer: 'return=minimal' } }], {
    status: 201,
    empty: true,
  }),
  row(
    'return',
    'Prefer: return=representation has the resource',
    [{ ...put('whole'), headers: { prefer: 'return=representation' } }],
    { status: 201, says: /"resourceType":"Basic"/ },
  ),
  row(
    'return',
    'Prefer: return=OperationOutcome has an outcome',
    [{ ...put('told'), headers: { prefer: 'return=OperationOutcome' } }],
    { status: 201, says: /"resourceType":"OperationOutcome"/ },
  ),
];

const deletes: readonly Row[] = [
  row(
    'delete',
    'a delete is answered 200 or 204',
    [put('del'), { method: 'DELETE', path: 'Basic/del' }],
    { status: [200, 204] },
    'interaction delete',
  ),
  row(
    'delete',
    'what is deleted is found by no search',
    [put('del2'), { method: 'DELETE', path: 'Basic/del2' }, get('Basic?_id=del2')],
    { status: 200, found: [] },
  ),
  row(
    'delete',
    'deleting again is no error',
    [put('del3'), { method: 'DELETE', path: 'Basic/del3' }, { method: 'DELETE', path: 'Basic/del3' }],
    { status: [200, 204] },
  ),
  row(
    'delete',
    'a later update brings it back',
    [put('del4'), { method: 'DELETE', path: 'Basic/del4' }, put('del4', 'b')],
    { status: [200, 201], headers: { etag: /^W\/"3"$/ } },
  ),
  row(
    'cdelete',
    'one match is deleted',
    [
      { method: 'PUT', path: 'Basic/cd1', body: basic('cd1', 'a', named('cd1')) },
      { method: 'DELETE', path: 'Basic?identifier=urn:http|cd1' },
      get('Basic/cd1'),
    ],
    { status: 410 },
    'conditionalDelete',
  ),
  row(
    'cdelete',
    'several matches: 412',
    [
      { method: 'PUT', path: 'Basic/cd2', body: basic('cd2', 'a', named('cd2')) },
      { method: 'PUT', path: 'Basic/cd3', body: basic('cd3', 'a', named('cd2')) },
      { method: 'DELETE', path: 'Basic?identifier=urn:http|cd2' },
    ],
    { status: 412 },
  ),
];

const histories: readonly Row[] = [
  row(
    'history',
    'of an instance, the newest first',
    [put('h'), put('h', 'b'), get('Basic/h/_history')],
    {
      status: 200,
      says: /"type":"history"|"versionId":"2".*"versionId":"1"/,
    },
    'interaction history-instance',
  ),
  row(
    'history',
    'a delete is an entry without a resource',
    [put('hd'), { method: 'DELETE', path: 'Basic/hd' }, get('Basic/hd/_history')],
    { status: 200, says: /"method":"DELETE"/ },
  ),
  row(
    'history',
    'of a type',
    [put('ht'), get('Basic/_history?_count=1')],
    { status: 200, says: /"id":"ht"/ },
    'interaction history-type',
  ),
  row(
    'history',
    'of the system',
    [put('hs'), get('_history?_count=1')],
    { status: 200, says: /"id":"hs"/ },
    'interaction history-system',
  ),
  row('history', '_since leaves out what is older', [put('hx'), get('Basic/hx/_history?_since=2999-01-01T00:00:00Z')], {
    status: 200,
    saysNot: /"versionId"/,
  }),
  row('history', '_at finds what was current then', [put('ha'), get('Basic/ha/_history?_at=2999')], {
    status: 200,
    says: /"versionId":"1"/,
  }),
  row('history', '_at of before finds nothing', [put('hb'), get('Basic/hb/_history?_at=2000')], {
    status: 200,
    saysNot: /"versionId"/,
  }),
];

const general: readonly Row[] = [
  row('capabilities', 'GET [base]/metadata is open to all', [get('metadata')], {
    status: 200,
    says: /"resourceType":"CapabilityStatement"/,
  }),
  row(
    'mime-type',
    'application/json is understood',
    [{ ...put('json'), headers: { 'content-type': 'application/json' } }],
    { status: 201 },
  ),
  row('mime-type', '_format is understood', [put('format'), get('Basic/format?_format=json')], {
    status: 200,
    headers: { 'content-type': /^application\/fhir\+json/ },
  }),
  row('mime-type', 'XML is not offered: 406', [put('xml'), get('Basic/xml', { accept: 'application/fhir+xml' })], {
    status: 406,
  }),
  row(
    'mime-type',
    'a body in XML is 415',
    [{ method: 'POST', path: 'Basic', body: '<Basic/>', headers: { 'content-type': 'application/fhir+xml' } }],
    { status: 415 },
  ),
  row('general', 'a type that R4 does not have is 404', [get('Spell')], { status: 404 }),
  row(
    'general',
    'a method that is not offered is 405',
    [{ method: 'POST', path: 'Basic/none', body: basic('none', 'a') }],
    { status: 405 },
  ),
];

export const httpPage: readonly Row[] = [...reads, ...updates, ...creates, ...deletes, ...histories, ...general];
