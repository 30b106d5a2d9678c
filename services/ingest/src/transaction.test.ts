/** Transactions over HTTP: R4 http.html#transaction and #trules. All or nothing, and every reference resolves. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  bundle,
  fhirBaseUrl,
  get,
  observation,
  openWorld,
  patient,
  post,
  put,
  remove,
  twice,
  type Answer,
  type Json,
  type World,
} from './testing/world.ts';

const urn = (digit: number): string => `urn:uuid:00000000-0000-4000-8000-00000000000${digit}`;

describe('A transaction', () => {
  let world: World;
  before(async () => {
    world = await openWorld(twice);
  });
  after(() => world.close());

  const transact = (...entries: Json[]): Promise<Answer> =>
    world.send('post', '/fhir/', bundle('transaction', ...entries));
  const locations = ({ body, text }: Answer): string[] => {
    equal(body['type'], 'transaction-response', text);
    return body.entry.map(({ response }) =>
      (response.location ?? '').replace(`${fhirBaseUrl}/`, '').replace(/\/_history.*/, ''),
    );
  };
  const subjectOf = async (reference: string | undefined): Promise<unknown> =>
    ((await world.stored(reference ?? ''))['subject'] as Json | undefined)?.['reference'];
  const refused = async (status: number, expression: string, ...entries: Json[]): Promise<void> => {
    const before = await Promise.all(['Patient', 'Observation'].map(world.count));
    const answer = await transact(...entries);
    equal(answer.status, status, answer.text);
    deepEqual(answer.body.issue[0]?.expression, [expression], answer.text);
    deepEqual(await Promise.all(['Patient', 'Observation'].map(world.count)), before);
  };

  it('answers in the order of its entries, each with its status, ETag and absolute Location', async () => {
    await transact(put(patient('k', { id: 'keep' })), put(patient('d', { id: 'drop' })));
    const answer = await transact(
      get('Patient/keep'),
      put(patient('k', { id: 'keep' })),
      post(patient('new')),
      remove('Patient/drop'),
      remove('Patient/never'),
      get('Patient/gone'),
    );
    deepEqual(
      answer.body.entry.map(({ response }) => response.status),
      ['200', '200 OK', '201 Created', '204 No Content', '204 No Content', '404'],
    );
    deepEqual(
      answer.body.entry.map(({ response }) => response.etag),
      [undefined, 'W/"2"', 'W/"1"', 'W/"2"', undefined, undefined],
    );
    match(
      answer.body.entry[2]?.response.location ?? '',
      /^http:\/\/127.0.0.1:8080\/fhir\/Patient\/[^/]+\/_history\/1$/,
    );
    deepEqual((await transact()).body['type'], 'transaction-response');
  });

  it('resolves urn:uuid, in contained resources and attachments too, also forwards and in circles', async () => {
    const answer = await transact(
      post(
        observation(urn(2), {
          contained: [{ ...observation(urn(2)), id: 'c' }],
          hasMember: [{ reference: '#c' }, { reference: urn(3) }],
          derivedFrom: [{ reference: urn(1) }],
        }),
        { fullUrl: urn(1) },
      ),
      post(patient('p', { photo: [{ url: urn(4) }] }), { fullUrl: urn(2) }),
      post(observation(urn(2), { focus: [{ reference: urn(1) }] }), { fullUrl: urn(3) }),
      post({ resourceType: 'Binary', contentType: 'image/png' }, { fullUrl: urn(4) }),
    );
    const [first = '', person = '', third = '', binary = ''] = locations(answer);
    const stored = await world.stored(first);
    equal(await subjectOf(first), person);
    deepEqual((stored['contained'] as Json[])[0]?.['subject'], { reference: person });
    deepEqual(stored['hasMember'], [{ reference: '#c' }, { reference: third }]);
    deepEqual(stored['derivedFrom'], [{ reference: first }]);
    deepEqual((await world.stored(person))['photo'], [{ url: binary }]);
    deepEqual((await world.stored(third))['focus'], [{ reference: first }]);
  });

  it("resolves relative references on their entry's own base, and never on another's", async () => {
    const [elsewhere, here] = ['http://b.example/fhir', fhirBaseUrl];
    const answer = await transact(
      post(patient('b'), { fullUrl: `${elsewhere}/Patient/1` }),
      post(patient('a'), { fullUrl: `${here}/Patient/1` }),
      post(observation('Patient/1'), { fullUrl: `${elsewhere}/Observation/1` }),
      post(observation('Patient/1'), { fullUrl: `${here}/Observation/1` }),
      post(observation(`${here}/Patient/1`), { fullUrl: `${elsewhere}/Observation/2` }),
      post(observation(`${here}/Patient/1`), { fullUrl: urn(1) }),
      post(observation(`${here}/Patient/other`), { fullUrl: urn(2) }),
      post(observation('http://c.example/fhir/Patient/1')),
    );
    const [b, a, ...rest] = locations(answer);
    deepEqual(await Promise.all(rest.map(subjectOf)), [b, a, a, a, 'Patient/other', 'http://c.example/fhir/Patient/1']);
  });

  it('resolves conditional references to exactly one record', async () => {
    const [one] = locations(await transact(post(patient('one')), post(patient('two')), post(patient('two'))));
    const [found] = locations(await transact(post(observation('Patient?identifier=urn:mrn|one'))));
    equal(await subjectOf(found), one);
    const at = 'Bundle.entry[1].resource';
    await refused(412, at, post(observation()), post(observation('Patient?identifier=urn:mrn|none')));
    await refused(412, at, post(observation()), post(observation('Patient?identifier=urn:mrn|two')));
    await refused(400, at, post(observation()), post(observation('Patient?nonsense=1')));
  });

  it('makes one record of entries with the same ifNoneExist, in one Bundle and in many at once', async () => {
    const entry = (fullUrl: string): Json => post(patient('same'), { fullUrl, ifNoneExist: 'identifier=urn:mrn|same' });
    const send = (): Promise<Answer> =>
      transact(entry(urn(1)), entry(urn(2)), post(observation(urn(1))), post(observation(urn(2))));
    const answers = await Promise.all(Array.from({ length: 6 }, send));
    const named = new Set<unknown>();
    for (const answer of answers) {
      const [first, second, ...observations] = locations(answer);
      for (const name of [first, second, ...(await Promise.all(observations.map(subjectOf)))]) named.add(name);
    }
    equal(named.size, 1);
    const statuses = answers.flatMap(({ body }) => body.entry.slice(0, 2).map(({ response }) => response.status));
    equal(statuses.filter((status) => status === '201 Created').length, 1);
    await transact(post(patient('same')));
    await refused(412, 'Bundle.entry[0].request.ifNoneExist', entry(urn(1)));
  });

  it('does not find what it deletes itself', async () => {
    const [old] = locations(await transact(post(patient('replaced'))));
    const ifNoneExist = 'identifier=urn:mrn|replaced';
    const answer = await transact(
      remove(old ?? ''),
      post(patient('replaced'), { fullUrl: urn(1), ifNoneExist }),
      post(observation(urn(1))),
    );
    const [, fresh, about] = locations(answer);
    equal(answer.body.entry[1]?.response.status, '201 Created');
    ok(fresh !== old);
    equal(await subjectOf(about), fresh);
    const gone = post(observation(`Patient?${ifNoneExist}`));
    await refused(412, 'Bundle.entry[0].resource', gone, remove(fresh ?? ''));
  });

  it('keeps documents, Binaries and what is signed as they came', async () => {
    const document = {
      resourceType: 'Bundle',
      type: 'document',
      identifier: { system: 'urn:x', value: '1' },
      timestamp: '2026-01-01T00:00:00Z',
      entry: [
        {
          fullUrl: urn(1),
          resource: {
            resourceType: 'Composition',
            status: 'final',
            type: { text: 't' },
            subject: { reference: urn(2) },
            date: '2026-01-01',
            author: [{ reference: urn(2) }],
            title: 't',
          },
        },
        { fullUrl: urn(2), resource: patient('p') },
      ],
    };
    const securityContext = { reference: urn(2) };
    const subject = `${fhirBaseUrl}/Patient/1`;
    const provenance = {
      resourceType: 'Provenance',
      target: [{ reference: urn(4) }],
      recorded: '2026-01-01T00:00:00Z',
      agent: [{ who: { display: 'x' } }],
      signature: [
        {
          type: [{ system: 'urn:iso-astm:E1762-95:2013', code: '1.2.840.10065.1.12.1.1' }],
          when: '2026-01-01T00:00:00Z',
          who: { display: 'x' },
          data: 'YWJj',
        },
      ],
    };
    const answer = await transact(
      post(document),
      post(patient('p'), { fullUrl: urn(2) }),
      post({ resourceType: 'Binary', contentType: 'text/plain', securityContext }),
      post(observation(subject, { focus: [{ reference: urn(2) }] }), { fullUrl: urn(4) }),
      post(provenance, { fullUrl: urn(5) }),
    );
    const [bundleAt = '', , binary = '', signed = '', provenanceAt = ''] = locations(answer);
    deepEqual((await world.stored(bundleAt))['entry'], document.entry);
    deepEqual((await world.stored(binary))['securityContext'], securityContext);
    deepEqual([await subjectOf(signed), (await world.stored(signed))['focus']], [subject, [{ reference: urn(2) }]]);
    deepEqual((await world.stored(provenanceAt))['target'], [{ reference: signed }]);
  });

  it('keeps the spelling of numbers', async () => {
    const text = JSON.stringify(
      bundle('transaction', post(observation(undefined, { valueQuantity: { value: 1.5 } }), { fullUrl: urn(1) })),
    ).replace('1.5', '1.50e0');
    const [at = ''] = locations(await world.send('post', '/fhir', text));
    const stored = await world.records.read({ resourceType: 'Observation', id: at.split('/')[1] ?? '' });
    ok(stored?.content.includes('"value":1.50e0'));
  });

  it('understands every spelling of its own addresses', async () => {
    await transact(put(patient('s', { id: 'a-b' })));
    for (const url of ['/Patient/a-b', `${fhirBaseUrl}/Patient/a-b`, 'Patient/a%2Db']) {
      const entry = { ...put(patient('s', { id: 'a-b' })), request: { method: 'PUT', url } };
      deepEqual(locations(await transact(entry)), ['Patient/a-b'], url);
    }
    await transact(get(`${fhirBaseUrl}/Patient/a-b`));
    equal(world.reads.at(-1), 'Patient/a-b');
    const bad = { ...put(patient('s', { id: 'a-b' })), request: { method: 'PUT', url: 'Patient/%zz' } };
    await refused(400, 'Bundle.entry[0].request.url', bad);
  });

  it('stores nothing where one entry is wrong, and names the place', async () => {
    await world.audit('own');
    const good = post(patient('good'));
    const at = (rest: string): string => `Bundle.entry[1].${rest}`;
    const entry = (request: object, resource: Json = observation()): Json => ({ resource, request });
    const url = 'Observation';
    const rows: readonly (readonly [number, string, Json])[] = [
      [422, at('resource.status'), post(observation(undefined, { status: 'bogus' }))],
      [422, at('resource.subject.mood'), post(observation(undefined, { subject: { mood: 'x' } }))],
      [422, at('resource'), post(observation(urn(9)))],
      [422, at('mood'), { ...post(observation()), mood: 'good' }],
      [422, at('request.ifNonExist'), entry({ method: 'POST', url, ifNonExist: 'identifier=1' })],
      [422, at('fullUrl'), { ...post(observation()), fullUrl: 7 }],
      [400, at('request.ifNoneExist'), entry({ method: 'POST', url, ifNoneExist: 7 })],
      [400, at('request.ifNoneExist'), entry({ method: 'PUT', url: 'Observation/1', ifNoneExist: 'identifier=1' })],
      [400, at('request.ifMatch'), entry({ method: 'POST', url, ifMatch: 'W/"1"' })],
      [400, at('request.ifNoneMatch'), entry({ method: 'POST', url, ifNoneMatch: '*' })],
      [400, at('request.ifNoneMatch'), entry({ method: 'PATCH', url: 'Observation/1', ifNoneMatch: '*' })],
      [400, at('request.url'), entry({ method: 'PUT', url: 'Observation/1?code=1' })],
      [400, at('request.url'), entry({ method: 'PUT', url: 'Observation?nonsense=1' })],
      [400, at('request.url'), remove('Observation?')],
      [400, at('request.method'), entry({ method: 'BREW', url })],
      [400, at('resource'), entry({ method: 'PATCH', url: 'Observation/1' })],
      [400, at('request'), { resource: observation() }],
      [400, at('request.url'), entry({ method: 'POST', url: 'Nonsense' })],
      [400, at('request.url'), entry({ method: 'POST', url: 'http://b.example/fhir/Observation' })],
      [400, at('request.url'), entry({ method: 'POST', url: 'Observation/1' })],
      [400, at('request.url'), remove('Observation')],
      [400, at('request.url'), remove('Observation/1/_history')],
      [400, at('resource'), entry({ method: 'POST', url }, patient('x'))],
      [400, at('resource.id'), entry({ method: 'PUT', url: 'Observation/1' })],
      [412, at('request.ifMatch'), put(observation(undefined, { id: 'none' }), { ifMatch: 'W/"1"' })],
      [412, at('request.ifMatch'), remove('Observation/none', { ifMatch: 'W/"1"' })],
      [405, at('request'), remove('AuditEvent/own')],
    ];
    for (const [status, expression, bad] of rows) await refused(status, expression, good, bad);
    const one = put(observation(undefined, { id: 'one' }));
    await refused(400, 'Bundle.entry[1]', one, { ...one, fullUrl: urn(1) });
    await refused(400, 'Bundle.entry[2]', good, remove('Observation/one'), one);
    await refused(
      400,
      'Bundle.entry[1]',
      post(observation(), { fullUrl: urn(1) }),
      post(patient('x'), { fullUrl: urn(1) }),
    );
    equal((await transact(good, null as unknown as Json)).status, 400);
  });

  it('refuses members of the Bundle that nobody knows, and other Bundles', async () => {
    for (const [status, expression, body] of [
      [422, 'Bundle.mood', { ...bundle('transaction', post(patient('x'))), mood: 'good' }],
      [400, 'Bundle.entry', { ...bundle('transaction'), entry: {} }],
      [400, 'Bundle.type', { ...bundle('transaction'), type: 'collection' }],
      [400, 'Bundle.type', patient('x')],
    ] as const) {
      const answer = await world.send('post', '/fhir', body);
      deepEqual([answer.status, answer.body.issue[0]?.expression], [status, [expression]]);
    }
  });

  it('of another organisation is refused as a whole, and of a narrow client where its scope ends', async () => {
    for (const body of [bundle('transaction', post(patient('x'))), bundle('transaction', get('Patient/1'))])
      equal((await world.send('post', '/fhir', body, { as: 'other' })).status, 403);
    const mixed = bundle('transaction', post(observation()), post(patient('x')));
    equal((await world.send('post', '/fhir', mixed, { as: 'narrow' })).status, 403);
  });
});
