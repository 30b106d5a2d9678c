/** DESIGN §6 Consent 4, and 45 CFR 164.528: what a patient reads with the own key of what others read. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import request, { type Response } from 'supertest';
import { permitting, toOrganization, type TestPatient } from './testing/test-patient.ts';
import { get, observation, twoPatients, type Case } from './testing/two-patients.ts';
import { consentBaseUrl, type World } from './testing/world.ts';

const snomed = (code: string) => ({ coding: [{ system: 'http://snomed.info/sct', code }] });
/** HIV infection, and a cold. */
const [hiv, plain] = ['86406008', '82272006'].map(snomed);

type Coded = { readonly code?: string };
type Parameter = {
  readonly name: string;
  readonly part?: readonly Parameter[];
  readonly valueString?: string;
  readonly valueCode?: string;
  readonly valueUnsignedInt?: number;
  readonly valueUrl?: string;
  readonly valueCoding?: Coded;
  readonly valueReference?: { readonly reference?: string; readonly display?: string };
};

const read = async (
  world: World,
  patient: TestPatient,
  path: string,
  { query = '', accept = 'application/fhir+json' }: { query?: string; accept?: string } = {},
): Promise<Response> => {
  const token = await patient.readToken(path, { now: world.deps.clock.wallMs() });
  return request(world.app)
    .get(`/consent${path}${query}`)
    .set({ authorization: `Bearer ${token}`, accept });
};
const history = async (world: World, patient: TestPatient, query = ''): Promise<readonly string[]> => {
  const { body, status, text } = await read(world, patient, '/AuditEvent', { query });
  assert.equal(status, 200, text);
  return (body.entry ?? []).map(({ resource }: { resource: object }) => JSON.stringify(resource));
};
const disclosures = ({ body }: Response): readonly (readonly Parameter[])[] =>
  (body.parameter as Parameter[]).filter(({ name }) => name === 'disclosure').map(({ part = [] }) => part);
const part = (of: readonly Parameter[], name: string): Parameter | undefined => of.find((each) => each.name === name);

describe('the own access history', () => {
  it('tells who read what and why, and nothing of anybody else', async () => {
    const world = await twoPatients();
    await world.put(observation('o1', 'yes'));
    await world.put(observation('o2', 'no'));
    await get(world, 'Observation/o1');
    await get(world, 'Observation/o2');
    await get(world, 'Observation/o2', 'own');
    const [event = '', ...more] = await history(world, world.granting);
    assert.match(event, /"Observation\/o1\/_history\/1"/);
    assert.match(event, new RegExp(`hospital-b.*TREAT|TREAT.*hospital-b`));
    assert.match(event, new RegExp(world.consentId));
    // An AuthZconsent event beside it.
    assert.equal(more.length, 1);
    const others = await history(world, world.silent);
    assert.equal(others.length, 2);
    assert.ok(others.every((each) => !each.includes('yes') && !each.includes('o1')));
  });

  it('leaves out whom else a record is about, what that person said, and what the requester’s words name', async () => {
    const world = await twoPatients();
    const theirs = await world.silent.grant();
    const subject = ['yes', 'no'].map((id) => ({ reference: `Patient/${id}` }));
    await world.put({ resourceType: 'Account', id: 'joint', status: 'active', subject });
    await world.put(observation('o1', 'yes'));
    await world.put(observation('o2', 'no'));
    await get(world, 'Account/joint');
    await get(world, 'Account?patient=yes,no');
    await get(world, 'Observation?patient=Patient/no,Patient/yes&code:text=x');
    await get(world, 'Patient/yes/Observation?patient=Patient/yes&status=final');
    const events = await history(world, world.granting);
    assert.equal(events.length, 8);
    for (const event of events) {
      assert.doesNotMatch(event, /Patient\/no|o2/);
      assert.ok(!event.includes(theirs));
      for (const [, query = ''] of event.matchAll(/"query":"([^"]*)"/g))
        assert.doesNotMatch(Buffer.from(query, 'base64').toString(), /\bno\b/);
    }
    const whole = events.filter((event) => !event.includes('SUBSETTED'));
    assert.ok(whole.some((event) => event.includes('UGF0aWVudC95ZXMvT2JzZXJ2YXRpb24')));
    // The last question, and beside it and the one before which consent permitted it.
    assert.equal(whole.length, 3);
  });

  it('goes on page by page while others write, and bounds time by date', async () => {
    const world = await twoPatients();
    await world.put(observation('o1', 'yes'));
    const times: string[] = [];
    for (let count = 0; count < 5; count += 1) {
      world.later(86_400_000);
      times.push(new Date(world.deps.clock.wallMs()).toISOString());
      await get(world, 'Observation/o1', 'own');
    }
    const pages: (readonly string[])[] = [];
    for (let query: string | undefined = '?_count=2'; query !== undefined;) {
      const { body } = await read(world, world.granting, '/AuditEvent', { query });
      pages.push(body.entry.map(({ resource }: { resource: { id: string } }) => resource.id));
      const [link]: { relation: string; url: string }[] = body.link ?? [];
      assert.ok(link === undefined || link.url.startsWith(`${consentBaseUrl}/AuditEvent?`));
      query = link?.url.slice(`${consentBaseUrl}/AuditEvent`.length);
      if (pages.length === 1) await get(world, 'Observation/o1', 'own');
    }
    assert.deepEqual(
      pages.map(({ length }) => length),
      [2, 2, 2],
    );
    assert.equal(new Set(pages.flat()).size, 6);
    assert.equal((await history(world, world.granting, `?date=ge${times[2]}&date=lt${times[4]}`)).length, 2);
    for (const query of ['?date=soon', '?_page=x', '?patient=no', '?_count=0'])
      assert.equal((await read(world, world.granting, '/AuditEvent', { query })).status, 400, query);
  });

  it('is that of every Patient whom the hospital has merged with this one', async () => {
    const world = await twoPatients();
    const known = world.deps.patients;
    Object.assign(known, { united: async (id: string) => (id === 'yes' || id === 'no' ? ['yes', 'no'] : [id]) });
    await world.put(observation('o2', 'no'));
    await get(world, 'Observation/o2', 'own');
    assert.equal((await history(world, world.granting)).length, 1);
  });

  it('proves entries of the own alone', async () => {
    const world = await twoPatients();
    await world.put(observation('o1', 'yes'));
    await get(world, 'Observation/o1', 'own');
    const [event = '{}'] = await history(world, world.granting);
    const { id } = JSON.parse(event) as { id: string };
    const proof = async (patient: TestPatient, of: string) =>
      (await read(world, patient, `/AuditEvent/${of}/$proof`)).status;
    // The store in memory anchors nothing.
    assert.equal(await proof(world.granting, id), 503);
    assert.equal(await proof(world.silent, id), 404);
    assert.equal(await proof(world.granting, 'none'), 404);
  });
});

describe('45 CFR 164.528 the accounting of disclosures', () => {
  const disclosing = async (): Promise<Case> => {
    const world = await twoPatients();
    await world.put(observation('o1', 'yes'));
    await world.put(observation('o2', 'no'));
    await get(world, 'Observation/o1');
    world.later(1000);
    await get(world, 'Observation?patient=Patient/yes');
    await get(world, 'Observation/o2');
    await get(world, 'Observation/o1', 'own');
    return world;
  };

  it('tells date, recipient, address, what and why, summed up for one recipient and purpose', async () => {
    const world = await disclosing();
    const [told = [], ...more] = disclosures(await read(world, world.granting, '/$accounting'));
    assert.equal(more.length, 0);
    assert.equal(
      part(told, 'recipient')?.valueReference?.display,
      world.deps.ledgerView.organization('hospital-b')?.name,
    );
    assert.equal(
      part(told, 'address')?.valueUrl,
      world.deps.ledgerView.organization('hospital-b')?.fhirBaseUrl ?? undefined,
    );
    assert.equal(part(told, 'count')?.valueUnsignedInt, 2);
    assert.equal(part(told, 'description')?.valueString, 'Observation (2)');
    assert.equal(part(told, 'purpose')?.valueCoding?.code, 'TREAT');
    assert.equal(part(told, 'consent')?.valueString, world.consentId);
    assert.notDeepEqual(part(told, 'first'), part(told, 'last'));
    assert.deepEqual(disclosures(await read(world, world.silent, '/$accounting')), []);
  });

  it('is of the last six years, or of the time asked for', async () => {
    const world = await disclosing();
    const count = async (query: string): Promise<number> =>
      disclosures(await read(world, world.granting, '/$accounting', { query })).length;
    assert.equal(await count('?from=2025&to=2025'), 0);
    assert.equal(await count('?from=2026&to=2026'), 1);
    world.later(5.9 * 365.25 * 86_400_000);
    assert.equal(await count(''), 1);
    world.later(0.2 * 365.25 * 86_400_000);
    assert.equal(await count(''), 0);
    assert.equal(await count('?from=2026'), 1);
    for (const query of ['?from=2027&to=2026', '?from=x', '?since=2026', '?from=2026&from=2027'])
      assert.equal((await read(world, world.granting, '/$accounting', { query })).status, 400, query);
  });

  it('can be read as a table, in which nothing is a formula', async () => {
    const world = await disclosing();
    const { headers, text } = await read(world, world.granting, '/$accounting', { accept: 'text/csv' });
    assert.match(headers['content-type'] ?? '', /^text\/csv/);
    const [header = '', row = '', end] = text.split('\r\n');
    assert.deepEqual([header.split(',').length, end], [10, '']);
    assert.match(
      row,
      /^"2026-01-01T[^"]+","2026-01-01T[^"]+","2",.*"hospital-b",.*"Observation \(2\)","treatment","","/,
    );
  });

  it('is made by the own organisation too, which is audited, and by nobody else', async () => {
    const world = await disclosing();
    const path = 'Patient/yes/$accounting';
    const own = await get(world, path, 'own');
    assert.equal(disclosures(own).length, 1);
    const [last = ''] = (await history(world, world.granting)).slice(-1);
    assert.match(last, new RegExp(Buffer.from(path).toString('base64').slice(0, 24)));
    // Not itself a disclosure.
    assert.deepEqual(disclosures(await get(world, path, 'own')), disclosures(own));
    assert.equal((await get(world, path)).status, 403);
    assert.equal((await get(world, 'Patient/none/$accounting')).status, 403);
    assert.equal((await get(world, 'Patient/none/$accounting', 'own')).status, 404);
    assert.equal((await get(world, path, 'narrow')).status, 403);
    const table = await request(world.app).get(`/fhir/${path}`).set({ 'x-test-client': 'own', accept: 'text/csv' });
    assert.match(table.text, /^First time,/);
  });
});

describe('$explain', () => {
  const purpose = {
    name: 'purpose',
    valueCoding: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActReason', code: 'TREAT' },
  };
  const requester = {
    name: 'requester',
    valueIdentifier: { system: 'urn:chartseal:organization', value: 'hospital-b' },
  };
  const about = (id: string) => ({ name: 'patient', valueReference: { reference: `Patient/${id}` } });
  const ask = async (world: World, parameter: readonly object[], client = 'own'): Promise<Response> =>
    request(world.app)
      .post('/fhir/Consent/$explain')
      .set({ 'x-test-client': client, 'content-type': 'application/fhir+json' })
      .send(JSON.stringify({ resourceType: 'Parameters', parameter }));
  const askAs = async (world: World, patient: TestPatient, parameter: readonly object[]): Promise<Response> =>
    request(world.app)
      .post('/consent/Consent/$explain')
      .set({
        authorization: `Bearer ${await patient.readToken('/Consent/$explain', { method: 'POST', now: world.deps.clock.wallMs() })}`,
        'content-type': 'application/fhir+json',
      })
      .send(JSON.stringify({ resourceType: 'Parameters', parameter }));
  const told = ({ body, status, text }: Response): ReadonlyMap<string, string> => {
    assert.equal(status, 200, text);
    const records = (body.parameter as Parameter[])
      .filter(({ name }) => name === 'record')
      .map(({ part: of = [] }) => of);
    return new Map(
      records.map((of) => [
        (part(of, 'reference')?.valueReference?.reference ?? '').replace(/\/_history.*/, ''),
        part(of, 'effect')?.valueCode ?? '',
      ]),
    );
  };
  const draft = (patient: TestPatient, provision: object): object => ({
    ...JSON.parse(patient.held[0]?.consentText ?? '{}'),
    provision,
  });
  const records = async (world: Case): Promise<void> => {
    await world.put(observation('o1', 'yes', { effectiveDateTime: '2020' }));
    await world.put(observation('o2', 'yes', { effectiveDateTime: '2025', code: hiv }));
    await world.put({ resourceType: 'Condition', id: 'c1', subject: { reference: 'Patient/yes' }, code: plain });
    await world.put({
      resourceType: 'Account',
      id: 'joint',
      status: 'active',
      subject: [{ reference: 'Patient/yes' }, { reference: 'Patient/no' }],
    });
  };

  it('says of each record what a read of it by that organisation is answered', async () => {
    const world = await twoPatients();
    await records(world);
    const N = [{ system: 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality', code: 'N' }];
    const terms: readonly object[] = [
      permitting(),
      permitting('hospital-c'),
      permitting('hospital-b', { dataPeriod: { start: '2024' } }),
      permitting('hospital-b', { securityLabel: N }),
      permitting('hospital-b', {
        provision: [{ type: 'deny', class: [{ system: 'http://hl7.org/fhir/resource-types', code: 'Condition' }] }],
      }),
    ];
    const seen = new Set<string>();
    for (const provision of terms) {
      const supposed = told(
        await ask(world, [
          about('yes'),
          requester,
          purpose,
          { name: 'consent', resource: draft(world.granting, provision) },
        ]),
      );
      for (const { consentId = '', operation } of world.granting.held.slice())
        if (operation === 'put') await world.granting.revoke(consentId, 'committed');
      const consentId = await world.granting.grant(provision);
      const response = await ask(world, [about('yes'), requester, purpose]);
      const inForce = told(response);
      assert.deepEqual(inForce, supposed);
      assert.deepEqual(told(await askAs(world, world.granting, [requester, purpose])), inForce);
      assert.equal(inForce.size, 5);
      for (const [reference, effect] of inForce) {
        assert.equal((await get(world, reference)).status, effect === 'permit' ? 200 : 404, reference);
        seen.add(effect);
      }
      if ([...inForce.values()].includes('permit'))
        assert.match(response.text, new RegExp(`"consent","valueString":"${consentId}"`));
    }
    assert.deepEqual([...seen].sort(), ['deny', 'permit']);
  });

  it('decides on a draft alone, or beside what is in force', async () => {
    const world = await twoPatients();
    await records(world);
    const consent = { name: 'consent', resource: draft(world.granting, permitting('hospital-b')) };
    await world.granting.grant({ type: 'deny', actor: [toOrganization('hospital-b')] });
    const question = [about('yes'), requester, purpose, consent];
    assert.equal(told(await ask(world, question)).get('Condition/c1'), 'permit');
    assert.equal(
      told(await ask(world, [...question, { name: 'beside-in-force', valueBoolean: true }])).get('Condition/c1'),
      'deny',
    );
  });

  it('tells by pages, and counts by type', async () => {
    const world = await twoPatients();
    await records(world);
    const all = told(await ask(world, [about('yes'), requester, purpose]));
    const found = new Map<string, string>();
    for (let page: Parameter | undefined, asked = 0; asked === 0 || page !== undefined; asked += 1) {
      const next = page === undefined ? [] : [{ name: 'page', valueString: page.valueString }];
      const response = await ask(world, [
        about('yes'),
        requester,
        purpose,
        { name: 'count', valuePositiveInt: 2 },
        ...next,
      ]);
      for (const [reference, effect] of told(response)) found.set(reference, effect);
      const counts = (response.body.parameter as Parameter[]).filter(({ name }) => name === 'count');
      assert.equal(
        counts.flatMap(({ part: of = [] }) => of).reduce((sum, { valueUnsignedInt = 0 }) => sum + valueUnsignedInt, 0),
        told(response).size,
      );
      page = part(response.body.parameter, 'next');
    }
    assert.deepEqual(found, all);
  });

  it('A1 refuses what no directive could say, and C7 other organisations by their token alone', async () => {
    const world = await twoPatients();
    const at = async (...parameters: readonly object[]): Promise<readonly [number, string | undefined]> => {
      const { status, body } = await ask(world, parameters);
      return [status, body.issue?.[0]?.expression?.[0]];
    };
    const bad = draft(world.granting, { type: 'permit', purpose: [{ system: 'urn:x', code: 'TREAT' }] });
    assert.deepEqual(await at(about('yes'), requester, purpose, { name: 'consent', resource: bad }), [
      422,
      'Consent.provision.purpose[0]',
    ]);
    const foreign = draft(world.granting, permitting());
    const [status, element] = await at(about('no'), requester, purpose, { name: 'consent', resource: foreign });
    assert.deepEqual([status, element], [422, 'Consent.patient.identifier.value']);
    const unknown = { ...requester, valueIdentifier: { ...requester.valueIdentifier, value: 'hospital-x' } };
    assert.deepEqual(await at(about('yes'), unknown, purpose), [422, "Parameters.parameter.where(name='requester')"]);
    const publicHealth = { ...purpose, valueCoding: { ...purpose.valueCoding, code: 'PUBHLTH' } };
    assert.deepEqual(await at(about('yes'), requester, publicHealth), [
      422,
      "Parameters.parameter.where(name='purpose')",
    ]);
    for (const parameters of [
      [requester, purpose],
      [about('yes'), purpose],
      [about('yes'), requester],
      [about('yes'), requester, purpose, purpose],
    ])
      assert.equal((await ask(world, parameters)).status, 400);
    assert.equal((await ask(world, [about('none'), requester, purpose])).status, 404);
    for (const id of ['yes', 'none'])
      assert.equal((await ask(world, [about(id), requester, purpose], 'other')).status, 403);
    assert.equal((await ask(world, [about('yes'), requester, purpose], 'narrow')).status, 403);
    assert.equal((await askAs(world, world.granting, [about('no'), requester, purpose])).status, 400);
  });

  it('is told to the patient as an own read, and discloses nothing', async () => {
    const world = await twoPatients();
    await records(world);
    await ask(world, [about('yes'), requester, purpose]);
    const events = await world.audits();
    assert.equal(events.length, 1);
    assert.match(JSON.stringify(events[0]), /nothing-disclosed/);
    assert.equal((await history(world, world.granting)).length, 1);
    assert.deepEqual(disclosures(await read(world, world.granting, '/$accounting')), []);
  });
});

it('nobody is known at the patients’ door without a key', async () => {
  const world = await twoPatients();
  for (const path of ['AuditEvent', '$accounting', 'AuditEvent/x/$proof'])
    assert.equal((await request(world.app).get(`/consent/${path}`)).status, 401);
  assert.equal(
    (await request(world.app).post('/consent/Consent/$explain').send({ resourceType: 'Parameters' })).status,
    401,
  );
});
