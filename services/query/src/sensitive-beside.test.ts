import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { permitting } from './testing/test-patient.ts';
import { events, get, observation, twoPatients, type Case } from './testing/two-patients.ts';

const hiv = { coding: [{ system: 'http://snomed.info/sct', code: '86406008', display: 'HIV infection' }] };
const dolutegravir = { coding: [{ system: 'http://www.nlm.nih.gov/research/umls/rxnorm', code: '1433873' }] };
const yes = { reference: 'Patient/yes' };
const ordinary = [{ system: 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality', code: 'N' }];

/** The patient `yes` lets hospital-b see what is ordinary, and nothing more. */
const ordinaryOnly = async (): Promise<Case> => {
  const world = await twoPatients();
  await world.granting.revoke(world.consentId, 'committed');
  await world.granting.grant(permitting('hospital-b', { securityLabel: ordinary }));
  return world;
};
const order = (id: string, medication: string) => ({
  resourceType: 'MedicationRequest',
  id,
  status: 'active',
  intent: 'order',
  subject: yes,
  medicationReference: { reference: `Medication/${medication}` },
});
const everything = async (world: Case): Promise<readonly string[]> => {
  const { body } = await get(world, 'Patient/yes/$everything');
  return body.entry.map(({ fullUrl }: { fullUrl: string }) => fullUrl.split('/').slice(-2).join('/'));
};

describe('B10 and B11 what is shown beside', () => {
  it('a medicine labels the order that names it by reference, and comes only with it', async () => {
    const world = await ordinaryOnly();
    await world.put({ resourceType: 'Medication', id: 'hiv', code: dolutegravir });
    await world.put({ resourceType: 'Medication', id: 'plain', code: { text: 'paracetamol' } });
    const ingredient = [{ itemReference: { reference: 'Medication/hiv' } }];
    await world.put({ resourceType: 'Medication', id: 'mixed', code: { text: 'x' }, ingredient });
    for (const id of ['hiv', 'plain', 'mixed']) await world.put(order(`order-${id}`, id));
    assert.deepEqual(await everything(world), ['Patient/yes', 'MedicationRequest/order-plain', 'Medication/plain']);
    for (const id of ['hiv', 'mixed']) assert.equal((await get(world, `MedicationRequest/order-${id}`)).status, 404);
    await world.granting.grant();
    assert.equal((await everything(world)).includes('Medication/hiv'), true);
  });

  it('what a record references is not shown against what the patient denies', async () => {
    const world = await twoPatients();
    await world.put({ resourceType: 'Medication', id: 'plain', code: { text: 'paracetamol' } });
    await world.put(order('order', 'plain'));
    const medication = [{ system: 'http://hl7.org/fhir/resource-types', code: 'Medication' }];
    await world.granting.grant({ type: 'deny', class: medication });
    assert.deepEqual(await everything(world), ['Patient/yes', 'MedicationRequest/order']);
  });

  it('what is somebody else’s record is not shown because it is referenced', async () => {
    const world = await twoPatients();
    const toOther = [{ url: 'http://example.org/made-for', valueReference: { reference: 'Patient/no' } }];
    await world.put({ resourceType: 'Medication', id: 'made', code: { text: 'ointment' }, extension: toOther });
    const { medicationReference } = order('order', 'made');
    await world.put({ ...order('order', 'made'), medicationReference: { ...medicationReference, display: 'for Bob' } });
    const { text } = await get(world, 'Patient/yes/$everything');
    assert.ok(!text.includes('ointment') && !text.includes('Bob'));
    await world.silent.grant();
    assert.ok((await get(world, 'Patient/yes/$everything')).text.includes('ointment'));
  });

  it('the display of a reference does not name what its label withholds', async () => {
    const world = await ordinaryOnly();
    await world.put({ resourceType: 'Condition', id: 'c', subject: yes, code: hiv });
    await world.put(observation('plain', 'yes'));
    const reasonReference = [
      { reference: 'Condition/c', display: 'HIV infection' },
      { reference: 'Observation/plain', display: 'weight' },
    ];
    const code = { text: 'visit' };
    await world.put({ resourceType: 'Procedure', id: 'p', status: 'completed', subject: yes, code, reasonReference });
    const { body } = await get(world, 'Procedure/p');
    assert.deepEqual(body.reasonReference, [{ reference: 'Condition/c' }, reasonReference[1]]);
    assert.equal(body.meta.tag[0].code, 'SUBSETTED');
    assert.equal((await get(world, 'Procedure/p/$proof')).status, 404);
    await world.granting.grant();
    assert.deepEqual((await get(world, 'Procedure/p')).body.reasonReference, reasonReference);
  });
});

describe('what a narrative tells', () => {
  it('is left out with what it may repeat, and stays where nothing is withheld', async () => {
    const world = await ordinaryOnly();
    const div = '<div xmlns="http://www.w3.org/1999/xhtml">treats HIV infection</div>';
    const plan = (id: string, addresses: string) => ({
      resourceType: 'CarePlan',
      id,
      status: 'active',
      intent: 'plan',
      subject: yes,
      addresses: [{ reference: addresses }],
      text: { status: 'generated', div },
    });
    await world.put({ resourceType: 'Condition', id: 'hiv', subject: yes, code: hiv });
    await world.put({ resourceType: 'Condition', id: 'cold', subject: yes, code: { text: 'cold' } });
    for (const id of ['hiv', 'cold', 'nought']) await world.put(plan(`for-${id}`, `Condition/${id}`));
    for (const id of ['for-hiv', 'for-nought']) {
      const { body } = await get(world, `CarePlan/${id}`);
      assert.deepEqual([body.text, body.meta.tag[0].code], [undefined, 'SUBSETTED']);
    }
    assert.deepEqual((await get(world, 'CarePlan/for-cold')).body.text, { status: 'generated', div });
    await world.granting.grant();
    assert.deepEqual((await get(world, 'CarePlan/for-hiv')).body.text, { status: 'generated', div });
  });
});

describe('law 6 and C7 the trail of a refusal', () => {
  it('tells of what the token alone forbids, if it was named', async () => {
    const world = await twoPatients();
    for (const path of [
      'Observation/o1',
      'Observation/o1/_history/1',
      'Observation/o1/$proof',
      'Patient/yes/$everything',
    ])
      assert.equal((await get(world, path, 'narrow')).status, 403, path);
    assert.equal((await get(world, 'Observation?_id=o1', 'narrow')).status, 403);
    const audits = await world.audits();
    assert.equal(audits.length, 4);
    assert.ok(JSON.stringify(audits[0]).includes('"reference":"Observation/o1"'));
    assert.ok(events(world).every(({ effect, reason }) => effect === 'deny' && reason === 'forbidden'));
    world.memory.auditing = 'fails';
    assert.equal((await get(world, 'Observation/o1', 'narrow')).status, 503);
  });

  it('is as long where a directive denies as where there is nothing: anyone sees the log grow', async () => {
    const world = await twoPatients();
    await world.granting.grant({ type: 'deny' });
    const grown = async (path: string): Promise<number> => {
      const before = (await world.audits()).length;
      assert.equal((await get(world, path)).status, 404);
      return (await world.audits()).length - before;
    };
    assert.deepEqual([await grown('Patient/yes'), await grown('Patient/never')], [1, 1]);
    assert.ok(JSON.stringify(await world.audits()).includes('denied-by-consent'));
  });

  it('C7 a search for a patient who permits nobody anything looks at nothing, and counts nothing', async () => {
    const world = await twoPatients();
    for (const id of ['a', 'b', 'c']) await world.put(observation(id, 'no'));
    const search = world.memory.search.bind(world.memory);
    let searched = 0;
    world.memory.search = async (...words) => {
      searched += 1;
      return search(...words);
    };
    for (const query of ['patient=no', 'subject=Patient/no', 'patient=never'])
      assert.equal((await get(world, `Observation?${query}`)).body.entry, undefined);
    assert.equal((await get(world, 'Patient/no/$everything')).status, 404);
    assert.equal(searched, 0);
    assert.ok(JSON.stringify(await world.audits()).includes('{"url":"filtered","valueUnsignedInt":0}'));
    await get(world, 'Observation?patient=no,yes');
    assert.equal(searched, 2);
  });
});
