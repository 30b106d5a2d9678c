import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ChartsealError } from '@chartseal/ports';
import request, { type Response } from 'supertest';
import { knowing, TestPatient } from './testing/test-patient.ts';
import { createWorld, fhirBaseUrl, type World, type WorldOptions } from './testing/world.ts';

const observation = (id: string, patient: string, rest: object = {}) => ({
  resourceType: 'Observation',
  id,
  status: 'final',
  code: { text: 'x' },
  subject: { reference: `Patient/${patient}` },
  ...rest,
});

type Case = World & { readonly granting: TestPatient; readonly silent: TestPatient; readonly consentId: string };

/** Patient `yes` lets hospital-b read all; patient `no` has never said anything. */
const twoPatients = async (options: WorldOptions = {}): Promise<Case> => {
  const granting = await TestPatient.enrol('yes');
  const silent = await TestPatient.enrol('no');
  const consentId = await granting.grant();
  const world = createWorld({ ...knowing(granting, silent), ...options });
  for (const id of ['yes', 'no']) await world.put({ resourceType: 'Patient', id });
  return { ...world, granting, silent, consentId };
};

const asOther = { 'x-test-client': 'other' };
const get = async ({ app }: World, path: string, client = 'other'): Promise<Response> =>
  request(app).get(`/fhir/${path}`).set('x-test-client', client);

/** All that a client sees, but for Date and the request id. */
const seen = ({ status, headers, text }: Response): unknown => {
  const { date, 'x-request-id': requestId, ...rest } = headers as Record<string, string>;
  assert.ok(date !== undefined && requestId !== undefined);
  return { status, headers: rest, text: text.replaceAll(requestId, 'id') };
};

const events = (world: World): readonly { reason: string; effect: string; text: string }[] =>
  world.memory.events
    .filter(({ topic }) => topic === 'chartseal.access.decided.v1')
    .map(({ value }) => ({ ...JSON.parse(value).data, text: value }));

describe('another organisation reads', () => {
  it('what the patient permits, audited as a PatientRead with the rule that decided', async () => {
    const world = await twoPatients();
    await world.put(observation('o1', 'yes'));
    const { status, headers } = await get(world, 'Observation/o1');
    assert.deepEqual([status, headers.etag], [200, 'W/"1"']);
    const [audit] = await world.audits();
    const text = JSON.stringify(audit);
    assert.match(text, /IHE\.BasicAudit\.PatientRead/);
    for (const part of [
      world.consentId,
      'Patient/yes',
      'Observation/o1/_history/1',
      'hospital-b',
      'b-app',
      'dr-b',
      'Dr. B',
      'TREAT',
    ]) {
      assert.ok(text.includes(part), part);
    }
  });

  it('C7 nothing else: a denied read is a missing one, in status, headers and body', async () => {
    const world = await twoPatients();
    await world.put(observation('o2', 'no'));
    await world.put({ resourceType: 'Practitioner', id: 'dr' });
    await world.put({ resourceType: 'Observation', id: 'nobody', status: 'final', code: { text: 'x' } });
    const missing = seen(await get(world, 'Observation/never'));
    for (const path of [
      'Observation/o2',
      'Patient/no',
      'Observation/nobody',
      'Practitioner/dr',
      'Observation/o2/_history/1',
      'Observation/o2/_history',
      'Observation/o2/$proof',
      'Patient/no/$everything',
      'Observation/not_an_id',
    ]) {
      assert.deepEqual(seen(await get(world, path)), missing, path);
    }
    assert.equal(
      events(world).every(({ effect }) => effect === 'deny'),
      true,
    );
    assert.equal(events(world).length, 10);
  });

  it('C11 nothing from a stale view, whether it is there or not, and looks nothing up', async () => {
    const stale = async () => Promise.reject(new ChartsealError('ledger-stale', 'too old'));
    const world = await twoPatients({ freshness: { ensureFresh: stale } });
    await world.put(observation('o1', 'yes'));
    const there = await get(world, 'Observation/o1');
    assert.deepEqual([there.status, there.headers['retry-after']], [503, '1']);
    for (const path of [
      'Observation/never',
      'Patient/yes/$everything',
      'Observation/o1/$proof',
      'Observation?patient=yes',
    ]) {
      assert.deepEqual(seen(await get(world, path)), seen(there), path);
    }
    assert.equal(world.memory.reads, 0);
  });

  it('A3 a revocation counts from the moment it is held, whatever the ledger says', async () => {
    const world = await twoPatients();
    assert.equal((await get(world, 'Patient/yes')).status, 200);
    await world.granting.revoke(world.consentId, 'pending');
    assert.equal((await get(world, 'Patient/yes')).status, 404);
  });

  it('C10 what moved while it was audited is decided again', async () => {
    const world = await twoPatients();
    world.memory.beforeCommit = async () => {
      world.memory.beforeCommit = async () => {};
      await world.granting.revoke(world.consentId, 'committed');
    };
    assert.equal((await get(world, 'Patient/yes')).status, 404);
    assert.deepEqual(new Set(events(world).map(({ effect }) => effect)), new Set(['permit', 'deny']));
    assert.equal(events(world).at(-1)?.effect, 'deny');
  });

  it('C10 a suspension acts at once', async () => {
    const world = await twoPatients();
    const { ledgerView } = world.deps;
    const active = ledgerView.organization('hospital-b');
    assert.ok(active !== undefined);
    Object.assign(ledgerView, { organization: () => ({ ...active, status: 'suspended' }) });
    assert.equal((await get(world, 'Patient/yes')).status, 401);
    Object.assign(ledgerView, { organization: () => ({ ...active, purposes: ['HRESCH'] }) });
    assert.equal((await get(world, 'Patient/yes')).status, 401);
  });

  it('C12 a directive that was tampered with, or that the ledger knows otherwise, counts for nothing', async () => {
    const world = await twoPatients();
    const [held] = world.granting.held;
    world.granting.held[0] = {
      ...held!,
      consentText: held!.consentText!.replace('hospital-b', 'hospital-c'),
      digest: `${held!.digest}x`,
    };
    assert.equal((await get(world, 'Patient/yes')).status, 404);
  });

  it('C12 sends nothing of what could not be audited', async () => {
    const world = await twoPatients();
    world.memory.auditing = 'fails';
    for (const path of ['Patient/yes', 'Patient?_id=yes', 'Patient/no', 'Patient/yes/$everything']) {
      const { status, text } = await get(world, path);
      assert.equal(status, 503, path);
      assert.ok(!text.includes('yes') && !text.includes('secret'));
    }
    const own = await get(world, 'Patient/yes', 'own');
    assert.equal(own.status, 503);
  });

  it('B12 the deleted as what it was', async () => {
    const world = await twoPatients();
    for (const patient of ['yes', 'no']) {
      await world.put(observation(`of-${patient}`, patient));
      await world.remove({ resourceType: 'Observation', id: `of-${patient}` });
    }
    assert.equal((await get(world, 'Observation/of-yes')).status, 410);
    assert.equal((await get(world, 'Observation/of-no')).status, 404);
    assert.equal((await get(world, 'Observation/of-yes/_history/1')).status, 200);
    assert.equal((await get(world, 'Observation/of-no/_history/1')).status, 404);
  });

  it('C13 with an AuthZconsent beside, where a directive decided for a user who is known', async () => {
    const world = await twoPatients();
    await get(world, 'Patient/yes');
    await get(world, 'Patient/no');
    const audits = (await world.audits()).map((audit) => JSON.stringify(audit));
    const [authorization, ...more] = audits.filter((audit) => audit.includes('IHE.BasicAudit.AuthZconsent'));
    assert.equal(more.length, 0);
    assert.ok(
      authorization?.includes(`urn:uuid:${world.consentId}`) && authorization.includes('urn:ietf:params:oauth:jti:t2'),
    );
  });

  it('C1 no audit trail', async () => {
    const world = await twoPatients();
    await get(world, 'Patient/yes');
    const { body } = await get(world, 'AuditEvent?patient=yes');
    assert.equal(body.entry, undefined);
  });
});

describe('another organisation searches', () => {
  const mixed = async (): Promise<Case> => {
    const world = await twoPatients();
    for (let index = 0; index < 6; index += 1)
      await world.put(observation(`o${index}`, index % 2 === 0 ? 'yes' : 'no'));
    return world;
  };
  const ids = (response: Response): readonly string[] =>
    (response.body.entry ?? []).map(({ resource }: { resource: { id: string } }) => resource.id);
  const next = (response: Response): string | undefined =>
    (response.body.link as { relation: string; url: string }[])
      .find(({ relation }) => relation === 'next')
      ?.url.slice(fhirBaseUrl.length + 1);

  it('C2 pages are full of what is permitted, and no link leads to what is not', async () => {
    const world = await mixed();
    const first = await get(world, 'Observation?_count=2');
    assert.deepEqual(ids(first), ['o0', 'o2']);
    const second = await get(world, next(first)!);
    assert.deepEqual([ids(second), next(second)], [['o4'], undefined]);
    assert.equal(first.body.total, undefined);
  });

  it('C2 a link is for its client, its search and its time, and tells nothing', async () => {
    const world = await mixed();
    const link = next(await get(world, 'Observation?patient=yes&_count=1'))!;
    assert.ok(!Buffer.from(link.split('.').join(''), 'base64url').includes('yes'));
    assert.equal((await get(world, link, 'other-client')).status, 400);
    assert.equal((await get(world, link.replace('Observation', 'Patient'))).status, 400);
    assert.equal((await get(world, `${link}&patient=no`)).status, 400);
    await world.granting.revoke(world.consentId, 'committed');
    assert.deepEqual(ids(await get(world, link)), []);
    world.later(600_000);
    assert.equal((await get(world, link)).status, 400);
  });

  it('C4 is not told how many there are', async () => {
    const world = await mixed();
    for (const parameter of ['_summary=count', '_total=accurate', '_count=0']) {
      assert.equal((await get(world, `Observation?${parameter}`)).status, 403, parameter);
    }
  });

  it('C3, C5 has no parameter that sees what is hidden', async () => {
    const world = await mixed();
    for (const parameter of [
      '_has:Observation:patient:code=x',
      'subject:Patient.identifier=x',
      '_sort=date',
      '_filter=x',
      '_include=Observation:subject',
      '_include:iterate=Observation:subject',
      '_revinclude=Provenance:target',
    ]) {
      assert.equal((await get(world, `Observation?${parameter}`)).status, 400, parameter);
    }
  });

  it('C13 leaves one PatientQuery for each patient disclosed, or one Query, and counts what it left out', async () => {
    const world = await mixed();
    await get(world, 'Observation');
    await get(world, 'Observation?patient=no');
    const audits = (await world.audits())
      .map((audit) => JSON.stringify(audit))
      .filter((audit) => !audit.includes('AuthZconsent'));
    assert.equal(audits.length, 2);
    assert.match(audits[0]!, /IHE\.BasicAudit\.PatientQuery/);
    assert.match(audits[0]!, /"url":"filtered","valueUnsignedInt":3/);
    assert.match(audits[1]!, /IHE\.BasicAudit\.Query/);
    assert.ok(audits.every((audit) => !audit.includes('Observation/o1')));
  });

  it('finds the patient who gave it a handle, and without a permit answers as if it were unknown', async () => {
    const world = await twoPatients();
    const find = async (handle: string) =>
      request(world.app)
        .post('/fhir/Patient/_search')
        .set(asOther)
        .type('form')
        .send({ identifier: `urn:chartseal:patient|${handle}` });
    assert.deepEqual(ids(await find(world.granting.handle.handle)), ['yes']);
    const hidden = await find(world.silent.handle.handle);
    const unknown = await find('A'.repeat(22));
    assert.deepEqual(ids(hidden), []);
    assert.equal(hidden.text.replaceAll(world.silent.handle.handle, ''), unknown.text.replaceAll('A'.repeat(22), ''));
  });
});

describe('what shows through', () => {
  it('C8 a reference to a withheld record of another patient tells nothing but where it is', async () => {
    const world = await twoPatients();
    const related = { reference: 'Observation/other', display: 'HIV positive', identifier: { value: '4711' } };
    await world.put(observation('other', 'no'));
    await world.put(observation('mine', 'yes', { derivedFrom: [related], valueQuantity: { value: 1 } }));
    const { body, text } = await get(world, 'Observation/mine');
    assert.deepEqual(body.derivedFrom, [{ reference: 'Observation/other' }]);
    assert.equal(body.meta.tag[0].code, 'SUBSETTED');
    assert.ok(!text.includes('4711'));
    assert.equal((await get(world, 'Observation/mine/$proof')).status, 404);
    assert.equal((await get(world, 'Observation/mine', 'own')).body.derivedFrom[0].display, 'HIV positive');
  });

  it('C8 a reference to what is not there, or no more, looks no other', async () => {
    const world = await twoPatients();
    const toOther = { derivedFrom: [{ reference: 'Observation/other', display: 'HIV positive' }] };
    await world.put(observation('mine', 'yes', toOther));
    const never = (await get(world, 'Observation/mine')).text;
    await world.put(observation('other', 'no'));
    const hidden = (await get(world, 'Observation/mine')).text;
    await world.remove({ resourceType: 'Observation', id: 'other' });
    const gone = (await get(world, 'Observation/mine')).text;
    assert.deepEqual([hidden, gone], [never, never]);
    assert.ok(!never.includes('HIV'));
  });

  it('C8 a reference to the patient themselves stays whole', async () => {
    const world = await twoPatients();
    await world.put(observation('mine', 'yes', { subject: { reference: 'Patient/yes', display: 'Jo' } }));
    const { body } = await get(world, 'Observation/mine');
    assert.deepEqual([body.subject.display, body.meta.tag], ['Jo', undefined]);
  });

  it('B11 a Binary shares the fate of its securityContext, or of all that references it', async () => {
    const world = await twoPatients();
    const binary = (id: string, rest: object = {}) => ({
      resourceType: 'Binary',
      id,
      contentType: 'text/plain',
      data: 'eA==',
      ...rest,
    });
    const document = (id: string, patient: string, of: string) => ({
      resourceType: 'DocumentReference',
      id,
      status: 'current',
      subject: { reference: `Patient/${patient}` },
      content: [{ attachment: { url: `Binary/${of}` } }],
    });
    await world.put(binary('secured', { securityContext: { reference: 'Patient/yes' } }));
    await world.put(binary('referenced'));
    await world.put(document('d1', 'yes', 'referenced'));
    await world.put(binary('shared'));
    await world.put(document('d2', 'yes', 'shared'));
    await world.put(document('d3', 'no', 'shared'));
    await world.put(binary('lonely'));
    assert.equal((await get(world, 'Binary/secured')).status, 200);
    assert.equal((await get(world, 'Binary/referenced')).status, 200);
    assert.equal(
      (await get(world, 'Binary/referenced')).status,
      200,
      'its own audit entry refers to it, and takes nothing away',
    );
    assert.equal((await get(world, 'Binary/shared')).status, 404);
    assert.equal((await get(world, 'Binary/lonely')).status, 404);
  });

  it('B11 a document only if every entry may be seen', async () => {
    const world = await twoPatients();
    const document = (id: string, ...patients: readonly string[]) => ({
      resourceType: 'Bundle',
      id,
      type: 'document',
      entry: patients.map((patient, index) => ({
        fullUrl: `${fhirBaseUrl}/Observation/e${index}`,
        resource: observation(`e${index}`, patient),
      })),
    });
    await world.put(document('one', 'yes', 'yes'));
    await world.put(document('two', 'yes', 'no'));
    assert.equal((await get(world, 'Bundle/one')).status, 200);
    assert.equal((await get(world, 'Bundle/two')).status, 404);
  });

  it('$everything shows a Practitioner beside what references them, who alone is not there', async () => {
    const world = await twoPatients();
    await world.put({ resourceType: 'Practitioner', id: 'dr' });
    await world.put({ resourceType: 'Practitioner', id: 'stranger' });
    await world.put(observation('o1', 'yes', { performer: [{ reference: 'Practitioner/dr', display: 'Dr' }] }));
    const { body } = await get(world, 'Patient/yes/$everything');
    const entries = body.entry.map(
      (entry: { fullUrl: string; search: { mode: string } }) =>
        `${entry.search.mode} ${entry.fullUrl.slice(fhirBaseUrl.length + 1)}`,
    );
    assert.deepEqual(entries, ['match Patient/yes', 'match Observation/o1', 'include Practitioner/dr']);
    assert.equal((await get(world, 'Practitioner/dr')).status, 404);
  });

  it('law 4: events and log lines hold no id and no content', async () => {
    const world = await twoPatients();
    await world.put(observation('mrn-4711', 'no'));
    await get(world, 'Observation/mrn-4711');
    await get(world, 'Observation/mrn-4711', 'own');
    const outside = [...events(world).map(({ text }) => text), ...world.log].join('\n');
    assert.ok(outside.length > 0 && !/mrn-4711|Patient\/|dr-b/.test(outside));
  });
});
