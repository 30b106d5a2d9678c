import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { permitting } from './testing/test-patient.ts';
import { events, get, observation, twoPatients } from './testing/two-patients.ts';
import { fhirBaseUrl } from './testing/world.ts';

describe('the patient decides', () => {
  it('what is sensitive may be denied apart, and is told to the recipient where it is not', async () => {
    const world = await twoPatients();
    const alcohol = { code: { coding: [{ system: 'http://hl7.org/fhir/sid/icd-10-cm', code: 'F10.20' }] } };
    const { code } = alcohol;
    const condition = { resourceType: 'Condition', id: 'c', subject: { reference: 'Patient/yes' }, code };
    await world.put(condition);
    const { status, body } = await get(world, 'Condition/c');
    assert.equal(status, 200);
    assert.ok(body.meta.security.some((label: { code: string }) => label.code === 'NORDSCLCD'));
    const { body: bundle } = await get(world, 'Condition?patient=yes');
    assert.ok(bundle.meta.security.some((label: { code: string }) => label.code === 'NORDSCLCD'));
    const securityLabel = [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'ETH' }];
    await world.granting.grant({ type: 'deny', securityLabel });
    assert.equal((await get(world, 'Condition/c')).status, 404);
    assert.equal((await get(world, 'Patient/yes')).status, 200);
  });

  it('for each purpose, organisation and subject', async () => {
    const world = await twoPatients();
    const both = {
      resourceType: 'Account',
      id: 'both',
      status: 'active',
      subject: [{ reference: 'Patient/yes' }, { reference: 'Patient/no' }],
    };
    await world.put(both);
    assert.equal((await get(world, 'Account/both')).status, 404);
    await world.silent.grant(permitting('hospital-c'));
    assert.equal((await get(world, 'Account/both')).status, 404);
    await world.silent.grant();
    assert.equal((await get(world, 'Account/both')).status, 200);
  });

  it('and a freeze or a change on the ledger is seen at once, even in the block of the last one', async () => {
    const world = await twoPatients();
    assert.equal((await get(world, 'Patient/yes')).status, 200);
    world.granting.state = { ...world.granting.state, frozenBy: ['custodian'] };
    assert.equal((await get(world, 'Patient/yes')).status, 404);
    world.granting.state = { ...world.granting.state, frozenBy: [] };
    assert.equal((await get(world, 'Patient/yes')).status, 200);
  });

  it('law 3: ledger state that the patient did not sign gives nothing', async () => {
    const world = await twoPatients();
    world.silent.state = { ...world.granting.state, patient: world.silent.handle.handle };
    assert.equal((await get(world, 'Patient/no')).status, 404);
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

  it('C8 an identifier alone may name another patient too', async () => {
    const world = await twoPatients();
    const numbered = (value: string) => ({ system: 'urn:mrn', value });
    for (const id of ['yes', 'no'])
      await world.put({ resourceType: 'Patient', id, identifier: [numbered(`4711-${id}`)] });
    const named = (value: string, rest: object = {}) => ({ identifier: numbered(value), display: 'Jo', ...rest });
    const theirs = [named('4711-no'), named('4711-no', { type: 'Patient' })];
    // No Patient's number, but of those that Patients have; and one of those that none has.
    const maybe = named('0815');
    const elsewhere = { identifier: { system: 'urn:npi', value: '4711-no' }, display: 'Dr. Jo' };
    const others = [named('4711-yes'), elsewhere, named('4711-no', { type: 'Practitioner' })];
    await world.put(observation('mine', 'yes', { performer: [...theirs, maybe, ...others] }));
    const { body } = await get(world, 'Observation/mine');
    const url = 'http://hl7.org/fhir/StructureDefinition/data-absent-reason';
    const masked = { extension: [{ url, valueCode: 'masked' }] };
    assert.deepEqual(body.performer, [masked, { type: 'Patient' }, masked, ...others]);
    assert.equal((await get(world, 'Observation/mine/$proof')).status, 404);
    await world.silent.grant();
    assert.deepEqual((await get(world, 'Observation/mine')).body.performer, [...theirs, masked, ...others]);
  });

  it('C8 nor does what is withheld of the same patient differ from what is not there', async () => {
    const world = await twoPatients();
    const observations = [{ system: 'http://hl7.org/fhir/resource-types', code: 'Observation' }];
    await world.granting.revoke(world.consentId, 'committed');
    await world.granting.grant(permitting('hospital-b', { class: observations }));
    const text = { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml">at a visit</div>' };
    await world.put(observation('mine', 'yes', { encounter: { reference: 'Encounter/e', display: 'visit' } }));
    await world.put(observation('told', 'yes', { encounter: { reference: 'Encounter/e' }, text }));
    const answers = async () =>
      Promise.all(['mine', 'told'].map(async (id) => (await get(world, `Observation/${id}`)).text));
    const never = await answers();
    const subject = { reference: 'Patient/yes' };
    await world.put({ resourceType: 'Encounter', id: 'e', status: 'finished', class: { code: 'AMB' }, subject });
    assert.deepEqual(await answers(), never);
    assert.ok(!never.some((each) => each.includes('visit')));
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
    const securityLabel = [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'ETH' }];
    await world.granting.grant({ type: 'deny', securityLabel });
    assert.equal((await get(world, 'Patient/yes')).status, 200);
    assert.equal((await get(world, 'Binary/secured')).status, 404, 'nobody knows what it tells of');
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
