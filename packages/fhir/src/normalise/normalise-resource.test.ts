import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { canonicalJson } from '../json/canonical.ts';
import { parseJson } from '../json/parse.ts';
import { validateResource } from '../validate/validate-resource.ts';
import { normalisationIssues } from './normalisation-change.ts';
import { normaliseResource } from './normalise-resource.ts';

const oid = 'urn:oid:2.16.840.1.113883.6.1';
const loinc = 'http://loinc.org';
const alias = { system: oid, code: '8480-6', display: 'Systolic', userSelected: true, id: 'c1' };
const canonical = { system: loinc, code: '8480-6', display: 'Systolic' };
const ssn = { system: 'urn:oid:2.16.840.1.113883.4.1', value: '1' };
const canonicalSsn = { system: 'http://hl7.org/fhir/sid/us-ssn', value: '1' };
const signature = { type: [alias], when: '2020-01-01T00:00:00Z', who: { display: 'x' }, data: 'YWJj' };

type Changes = readonly (readonly [what: string, expression: string])[];

const normalised = (resource: object): { readonly resource: unknown; readonly changes: Changes } => {
  // Not structuredClone: it keeps what two elements share shared.
  const copy = JSON.parse(JSON.stringify(resource)) as object;
  return { changes: normaliseResource(copy).map(({ what, expression }) => [what, expression]), resource: copy };
};

const unchanged = (resource: object): void => assert.deepEqual(normalised(resource), { resource, changes: [] });

describe('normalisation', () => {
  it('adds the canonical coding after those that came, and keeps them', () => {
    const observation = { resourceType: 'Observation', status: 'final', code: { coding: [alias], text: 'x' } };
    assert.deepEqual(normalised(observation), {
      resource: { ...observation, code: { coding: [alias, canonical], text: 'x' } },
      changes: [['coding-added', 'Observation.code.coding[1]']],
    });
    unchanged({ ...observation, code: { coding: [canonical, alias] } });
    // The same by two aliases: once.
    assert.equal(
      normalised({ ...observation, code: { coding: [alias, { ...alias, system: `${loinc}/` }] } }).changes.length,
      1,
    );
  });

  it('reaches lists of Coding, choices, extensions, shadows of primitives, nested and contained elements', () => {
    const extension = [{ url: 'http://x.example', valueCodeableConcept: { coding: [alias] } }];
    assert.deepEqual(
      normalised({
        resourceType: 'Observation',
        meta: { tag: [alias] },
        status: 'final',
        _status: { extension },
        extension,
        code: { text: 'x' },
        valueCodeableConcept: { coding: [alias] },
        component: [{ code: { coding: [alias] } }],
        contained: [{ resourceType: 'Basic', id: 'b', code: { coding: [alias] } }],
      }).changes,
      [
        'meta.tag',
        'status.extension[0].value.coding',
        'extension[0].value.coding',
        'value.coding',
        'component[0].code.coding',
        'contained[0].code.coding',
      ].map((list) => ['coding-added', `Observation.${list}[1]`]),
    );
  });

  it('adds the canonical identifier, without extensions and element ids', () => {
    const extension = [{ url: 'http://x.example', valueDecimal: 1 }];
    const sent = {
      ...ssn,
      id: 'i',
      use: 'official',
      extension,
      period: { extension },
      type: { text: 'x', extension },
    };
    assert.deepEqual(normalised({ resourceType: 'Patient', identifier: [sent] }), {
      resource: {
        resourceType: 'Patient',
        identifier: [sent, { ...canonicalSsn, use: 'official', type: { text: 'x' } }],
      },
      changes: [['identifier-added', 'Patient.identifier[1]']],
    });
    unchanged({ resourceType: 'Patient', identifier: [ssn, canonicalSsn] });
  });

  it('has one assigner for both, whatever a transaction makes of the reference', () => {
    const assigner = { reference: 'urn:uuid:1' };
    const patient = { resourceType: 'Patient', identifier: [{ ...ssn, assigner }] };
    normaliseResource(patient);
    assigner.reference = 'Organization/1';
    assert.deepEqual(patient.identifier[1], { ...canonicalSsn, assigner: { reference: 'Organization/1' } });
  });

  it('tells of an alias where no second one fits', () => {
    const encounter = {
      resourceType: 'Encounter',
      status: 'finished',
      class: { system: 'urn:oid:2.16.840.1.113883.5.4', code: 'AMB' },
      subject: { identifier: ssn },
      length: { value: 1, system: 'urn:oid:2.16.840.1.113883.6.8', code: 'h' },
    };
    assert.deepEqual(normalised(encounter), {
      resource: encounter,
      changes: ['class', 'subject.identifier', 'length'].map((element) => [
        'alias-kept',
        `Encounter.${element}.system`,
      ]),
    });
  });

  it('doubts units that UCUM does not have, and keeps them', () => {
    const quantity = (code: string): object => ({
      resourceType: 'Observation',
      status: 'final',
      code: { text: 'x' },
      valueQuantity: { value: 1, system: 'http://unitsofmeasure.org', code },
    });
    for (const code of ['mg', 'mm[Hg]', '{score}']) unchanged(quantity(code));
    assert.deepEqual(normalised(quantity('mgs')).changes, [['unit-unknown', 'Observation.value.code']]);
  });

  it('leaves what is not complete', () => {
    for (const coding of [{ system: oid }, { code: 'x' }, { system: oid, _code: { extension: [] } }])
      unchanged({ resourceType: 'Basic', code: { coding: [coding] } });
    unchanged({ resourceType: 'Patient', identifier: [{ system: ssn.system, _value: { id: 'x' } }] });
  });

  it('leaves documents, Binaries, what is signed and patterns', () => {
    const basic = { resourceType: 'Basic', id: 'b', code: { coding: [alias] } };
    const provenance = (reference: string): object => ({
      resourceType: 'Provenance',
      target: [{ reference }],
      signature: [signature],
    });
    const bundle = (type: string, ...entry: readonly object[]): object => ({ resourceType: 'Bundle', type, entry });
    for (const type of ['document', 'message', 'transaction', 'searchset', 'history'])
      unchanged(bundle(type, { resource: basic }));
    for (const reference of ['Basic/b', 'urn:x'])
      unchanged(bundle('collection', { fullUrl: 'urn:x', resource: basic }, { resource: provenance(reference) }));
    unchanged({ ...bundle('collection', { resource: basic }), signature });
    unchanged({ resourceType: 'Binary', contentType: 'x', meta: { tag: [alias] } });
    unchanged({ resourceType: 'List', contained: [basic, provenance('#b')] });
    unchanged({
      resourceType: 'StructureDefinition',
      snapshot: { element: [{ patternCoding: alias, code: [alias] }] },
    });
    assert.deepEqual(
      normalised(bundle('collection', { resource: basic }, { resource: provenance('Basic/c') })).changes,
      [['coding-added', 'Bundle.entry[0].resource.code.coding[1]']],
    );
    assert.deepEqual(normalised({ resourceType: 'List', entry: [{ flag: { coding: [alias] } }] }).changes, [
      ['coding-added', 'List.entry[0].flag.coding[1]'],
    ]);
  });

  it('keeps the spelling of numbers', () => {
    const text = `{"code":{"coding":[{"code":"x","system":"${oid}"}]},"resourceType":"Observation","status":"final","valueQuantity":{"value":1.00}}`;
    const { value, numbers } = parseJson(text);
    normaliseResource(value as object);
    assert.match(canonicalJson(value, numbers), /"value":1\.00/);
  });

  it('adds as many as there are in time, and tells the first thousand', () => {
    const coding = Array.from({ length: 50_000 }, (_, index) => ({ system: oid, code: String(index) }));
    const resource = { resourceType: 'Basic', code: { coding } };
    assert.equal(normaliseResource(resource).length, 1000);
    assert.equal(coding.length, 100_000);
  });

  it('says what it did without content', () => {
    const [issue] = normalisationIssues([{ what: 'coding-added', expression: 'Basic.code.coding[1]' }]);
    assert.equal(issue?.severity, 'information');
    assert.equal(issue?.expression, 'Basic.code.coding[1]');
  });
});

const systems = fc.constantFrom(
  oid,
  loinc,
  'https://loinc.org/',
  'http://snomed.info/sct/731000124108',
  'http://hl7.org/fhir/v3/ActReason',
  'http://x.example',
);
const coding = fc.record(
  { system: systems, code: fc.constantFrom('a', 'b') },
  { requiredKeys: [], noNullPrototype: true },
);
const identifier = fc.record(
  { system: fc.constantFrom(ssn.system, canonicalSsn.system, 'http://x.example'), value: fc.constantFrom('1', '2') },
  { noNullPrototype: true },
);

it('normalising twice is normalising once', () => {
  fc.assert(
    fc.property(fc.array(coding), fc.array(identifier), (coding, identifier) => {
      const sent = { resourceType: 'Patient', meta: { tag: coding }, maritalStatus: { coding }, identifier };
      const resource = JSON.parse(JSON.stringify(sent)) as typeof sent;
      normaliseResource(resource);
      const once = structuredClone(resource);
      assert.deepEqual(normaliseResource(resource), []);
      assert.deepEqual(resource, once);
      assert.deepEqual(resource.identifier.slice(0, sent.identifier.length), sent.identifier);
      assert.deepEqual(resource.meta.tag.slice(0, sent.meta.tag.length), sent.meta.tag);
    }),
  );
});

it('no official example becomes invalid', () => {
  const folder = dirname(createRequire(import.meta.url).resolve('hl7.fhir.r4.examples/package.json'));
  let changed = 0;
  for (const file of readdirSync(folder)) {
    if (!/^[A-Z].*\.json$/.test(file) || /^(StructureDefinition|ValueSet|CodeSystem|SearchParameter)-/.test(file))
      continue;
    const resource = JSON.parse(readFileSync(join(folder, file), 'utf8')) as object;
    const before = structuredClone(resource);
    const changes = normaliseResource(resource);
    if (!changes.some(({ what }) => what.endsWith('-added'))) {
      assert.deepEqual(resource, before, file);
      continue;
    }
    changed += 1;
    assert.deepEqual(
      normaliseResource(resource).filter(({ what }) => what.endsWith('-added')),
      [],
      file,
    );
    if (validateResource(before).length === 0) assert.deepEqual(validateResource(resource), [], file);
  }
  assert.ok(changed > 0);
});
