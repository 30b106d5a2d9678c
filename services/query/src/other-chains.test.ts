/** C1, C3, C4, C8: searches that look beyond one record, as another organisation asks them. `yes` permits, `no` does not. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Response } from 'supertest';
import { permitting } from './testing/test-patient.ts';
import { get, observation, twoPatients, type Case } from './testing/two-patients.ts';
import { fhirBaseUrl } from './testing/world.ts';

const name = (family: string) => [{ family }];
const of = (patient: string) => ({ reference: `Patient/${patient}` });
const hiv = { coding: [{ system: 'http://snomed.info/sct', code: '86406008' }] };
const ordinary = [{ system: 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality', code: 'N' }];

/** Two of everything: of the patient who permits and of the one who does not. */
const world = async (): Promise<Case> => {
  const both = await twoPatients();
  await both.put({ resourceType: 'Patient', id: 'yes', name: name('Open'), birthDate: '1970-01-01' });
  await both.put({ resourceType: 'Patient', id: 'no', name: name('Secret'), birthDate: '1970-01-01' });
  await both.put({ resourceType: 'Organization', id: 'org', name: 'Clinic' });
  await both.put({
    resourceType: 'Practitioner',
    id: 'dr',
    name: name('House'),
    qualification: [{ code: { text: 'x' }, issuer: { reference: 'Organization/org' } }],
  });
  await both.put({ resourceType: 'Practitioner', id: 'hidden-dr', name: name('Hyde') });
  for (const patient of ['yes', 'no']) {
    await both.put({
      resourceType: 'Encounter',
      id: `e-${patient}`,
      status: 'finished',
      class: { code: patient === 'yes' ? 'AMB' : 'EMER' },
      subject: of(patient),
    });
    await both.put(
      observation(`o-${patient}`, patient, {
        code: { coding: [{ system: 'urn:c', code: patient }] },
        performer: [{ reference: 'Practitioner/dr' }],
        encounter: { reference: `Encounter/e-${patient}` },
        effectiveDateTime: '2020-01-01',
      }),
    );
  }
  await both.put(
    observation('about-both', 'yes', {
      performer: [
        { ...of('no'), display: 'Secret', identifier: { system: 'urn:mrn', value: 'n-1' } },
        { reference: 'Practitioner/dr' },
      ],
      encounter: { reference: 'Encounter/e-no' },
      derivedFrom: [{ reference: 'Observation/o-no' }],
      effectiveDateTime: '2021-01-01',
    }),
  );
  await both.put(
    observation('o-no-hyde', 'no', {
      hasMember: [{ reference: 'Observation/o-yes' }],
      performer: [{ reference: 'Practitioner/hidden-dr' }],
    }),
  );
  return both;
};

const ids = ({ body }: Response, mode?: string): readonly string[] =>
  ((body.entry ?? []) as { resource: { resourceType: string; id: string }; search: { mode: string } }[])
    .filter(({ search }) => mode === undefined || search.mode === mode)
    .map(({ resource }) => resource.id)
    .toSorted();

describe('another organisation searches beyond one record', () => {
  const rows: readonly (readonly [string, readonly string[], readonly string[]])[] = [
    // What is asked; what the other organisation finds; what the own finds.
    ['Observation?subject:Patient.family=Open', ['about-both', 'o-yes'], ['about-both', 'o-yes']],
    ['Observation?subject:Patient.family=Secret', [], ['o-no', 'o-no-hyde']],
    ['Observation?performer:Patient.family=Secret', [], ['about-both']],
    ['Observation?performer:Patient.birthdate=1970-01-01', [], ['about-both']],
    ['Observation?performer:Practitioner.family=House', ['about-both', 'o-yes'], ['about-both', 'o-no', 'o-yes']],
    ['Observation?encounter.class=EMER', [], ['about-both', 'o-no']],
    ['Observation?encounter.class:not=AMB', [], ['about-both', 'o-no']],
    ['Observation?encounter.class=AMB', ['o-yes'], ['o-yes']],
    ['Observation?encounter.subject:Patient.family=Secret', [], ['about-both', 'o-no']],
    ['Observation?derived-from:Observation.code=no', [], ['about-both']],
    ['Observation?performer:identifier=urn:mrn|n-1', [], ['about-both']],
    ['Patient?_has:Observation:subject:code=yes', ['yes'], ['yes']],
    ['Patient?_has:Observation:subject:code=no', [], ['no']],
    ['Patient?_has:Observation:performer:_id=about-both', [], ['no']],
    ['Patient?_has:Observation:subject:performer:Practitioner.family=Hyde', [], ['no']],
    ['Patient?_has:Observation:subject:encounter.class=EMER', [], ['no', 'yes']],
    ['Patient?_has:Observation:subject:_id=about-both', ['yes'], ['yes']],
    ['Patient?_has:Encounter:subject:_has:Observation:encounter:code=no', [], ['no']],
    ['Observation?_has:Observation:has-member:subject=Patient/no', [], ['o-yes']],
    ['Observation?_has:Observation:derived-from:_id=about-both', [], ['o-no']],
    ['Encounter?_has:Observation:encounter:_id=about-both', [], ['e-no']],
    ['Practitioner?_has:Observation:performer:code=no', [], ['dr']],
    [
      '?_type=Observation,Encounter',
      ['about-both', 'e-yes', 'o-yes'],
      ['about-both', 'e-no', 'e-yes', 'o-no', 'o-no-hyde', 'o-yes'],
    ],
    ['?_type=Patient,Practitioner&_id=no,dr', [], ['dr', 'no']],
    ['Patient/no/Observation', ['about-both'], ['about-both', 'o-no', 'o-no-hyde']],
    ['Patient/no/*', ['about-both'], ['about-both', 'e-no', 'no', 'o-no', 'o-no-hyde']],
    ['Patient/yes/*?_type=Observation', ['about-both', 'o-yes'], ['about-both', 'o-yes']],
    ['Encounter/e-no/Observation', ['about-both'], ['about-both', 'o-no']],
    ['Practitioner/dr/Observation', ['about-both', 'o-yes'], ['about-both', 'o-no', 'o-yes']],
    ['Practitioner/hidden-dr/*', [], ['hidden-dr', 'o-no-hyde']],
  ];
  for (const [query, seen, all] of rows)
    it(`C3 ${query}`, async () => {
      const both = await world();
      const other = await get(both, query);
      assert.equal(other.status, 200, other.text);
      assert.deepEqual(ids(other), seen);
      assert.equal(other.body.total, undefined);
      assert.deepEqual(ids(await get(both, query, 'own')), all);
    });

  const included: readonly (readonly [string, readonly string[], readonly string[]])[] = [
    ['_include=Observation:subject', ['yes'], ['no', 'yes']],
    ['_include=Observation:performer', ['dr'], ['dr', 'hidden-dr', 'no']],
    ['_include=Observation:performer:Practitioner', ['dr'], ['dr', 'hidden-dr']],
    [
      '_include=Observation:encounter&_include:iterate=Encounter:subject',
      ['e-yes', 'yes'],
      ['e-no', 'e-yes', 'no', 'yes'],
    ],
    ['_include=*&_id=about-both', ['dr', 'yes'], ['dr', 'e-no', 'no', 'o-no', 'yes']],
    ['_revinclude=Observation:derived-from&_id=o-no', [], ['about-both']],
    ['_revinclude=Observation:has-member&_id=o-yes', [], ['o-no-hyde']],
    [
      '_id=o-yes&_include=Observation:subject&_revinclude:iterate=Encounter:subject&_revinclude:iterate=Observation:encounter',
      ['e-yes', 'yes'],
      ['e-yes', 'yes'],
    ],
  ];
  for (const [words, seen, all] of included)
    it(`C1 ${words}`, async () => {
      const both = await world();
      const other = await get(both, `Observation?${words}`);
      assert.equal(other.status, 200, other.text);
      assert.deepEqual(ids(other, 'include'), seen);
      assert.deepEqual(ids(await get(both, `Observation?${words}`, 'own'), 'include'), all);
    });

  it('C3 a chain finds the patient who gave a handle, and of one who permits nothing as much as of nobody', async () => {
    const both = await world();
    const ask = async (handle: string) =>
      get(both, `Observation?subject:Patient.identifier=urn:chartseal:patient|${handle}`);
    assert.deepEqual(ids(await ask(both.granting.handle.handle)), ['about-both', 'o-yes']);
    for (const handle of [both.silent.handle.handle, 'A'.repeat(22)]) assert.deepEqual(ids(await ask(handle)), []);
  });

  it('C3 a sorted answer is that of a store without what is hidden, page by page', async () => {
    const both = await world();
    const pages: string[] = [];
    for (let url: string | undefined = 'Observation?_sort=-date,_id&_count=1'; url !== undefined;) {
      const { body }: Response = await get(both, url);
      pages.push(...(body.entry as { resource: { id: string } }[]).map(({ resource }) => resource.id));
      const links = body.link as { relation: string; url: string }[];
      url = links.find(({ relation }) => relation === 'next')?.url.slice(fhirBaseUrl.length + 1);
    }
    assert.deepEqual(pages, ['about-both', 'o-yes']);
  });

  it('C3 what is labelled is no witness, nor what is found through it', async () => {
    const both = await world();
    await both.granting.revoke(both.consentId, 'committed');
    await both.granting.grant(permitting('hospital-b', { securityLabel: ordinary }));
    await both.put({ resourceType: 'Condition', id: 'c', subject: of('yes'), code: hiv });
    await both.put(observation('because', 'yes', { focus: [{ reference: 'Condition/c' }] }));
    for (const query of [
      'Patient?_has:Condition:subject:code=86406008',
      'Patient?_has:Condition:subject:_id=c',
      'Observation?focus:Condition.code=86406008',
      'Condition?subject=Patient/yes',
      'Patient/yes/Condition',
    ])
      assert.deepEqual(ids(await get(both, query)), [], query);
    assert.deepEqual(ids(await get(both, 'Observation?_id=because&_include=Observation:focus')), ['because']);
    assert.deepEqual(ids(await get(both, 'Patient?_id=yes&_revinclude=Condition:subject')), ['yes']);
    await both.granting.grant();
    assert.deepEqual(ids(await get(both, 'Patient?_has:Condition:subject:code=86406008')), ['yes']);
    assert.deepEqual(ids(await get(both, 'Observation?focus:Condition.code=86406008')), ['because']);
  });

  it('C4 a summary is marked whether or not something was withheld, and counts nothing', async () => {
    const both = await world();
    for (const words of ['_summary=true', '_elements=status', '_summary=data', '_summary=text']) {
      const { body } = await get(both, `Observation?subject=Patient/yes&${words}`);
      for (const { resource } of body.entry as { resource: { meta: { tag: { code: string }[] } } }[])
        assert.deepEqual(
          resource.meta.tag.map(({ code }) => code),
          ['SUBSETTED'],
        );
      assert.ok(!JSON.stringify(body).includes('Secret'));
    }
    for (const path of [
      '?_type=Patient&_summary=count',
      'Patient/yes/Observation?_total=accurate',
      '_history?_total=accurate',
    ])
      assert.equal((await get(both, path)).status, 403, path);
  });

  it('C7 asks nothing of the store for a compartment of a patient who permits nothing, where only that patient decides', async () => {
    const both = await world();
    const search = both.memory.search.bind(both.memory);
    let searched = 0;
    both.memory.search = async (...words) => {
      searched += 1;
      return search(...words);
    };
    assert.deepEqual(ids(await get(both, 'Patient/no/Encounter')), []);
    assert.deepEqual(ids(await get(both, 'Patient/never/Encounter')), []);
    assert.equal(searched, 0);
  });
});

describe('what the token covers', () => {
  it('of a search over several types, of chains and of includes', async () => {
    const both = await world();
    const narrow = async (path: string): Promise<Response> => get(both, path, 'narrow');
    assert.equal((await narrow('?_type=Patient,Observation')).status, 403);
    assert.deepEqual(ids(await narrow('?_id=yes,o-yes,dr')), ['yes']);
    assert.deepEqual(ids(await narrow('Patient/yes/*')), ['yes']);
    assert.equal((await narrow('Patient/yes/Observation')).status, 403);
    assert.equal((await narrow('Patient?_has:Observation:subject:code=yes')).status, 403);
    assert.deepEqual(ids(await narrow('Patient?_id=yes&_revinclude=Observation:subject')), ['yes']);
    assert.deepEqual(
      ids(await narrow('_history')).filter((id) => !['yes', 'no'].includes(id)),
      [],
    );
    for (const path of ['Observation/_history', 'Observation/$lastn?patient=yes&code=x', 'Observation/o-yes/$meta'])
      assert.equal((await narrow(path)).status, 403, path);
  });

  it('forbids to another organisation what tells of everyone at once', async () => {
    const both = await world();
    for (const path of ['$meta', 'Patient/$meta', 'Patient/$everything'])
      assert.equal((await get(both, path)).status, 403, path);
  });
});
