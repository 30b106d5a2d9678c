import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { labelsOf } from './labels-of.ts';
import { readValueSet } from './read-value-set.ts';
import { builtInFiles, builtInValueSets, createValueSets } from './value-sets.ts';

const snomed = 'http://snomed.info/sct';
const loinc = 'http://loinc.org';
const rxnorm = 'http://www.nlm.nih.gov/research/umls/rxnorm';
const icd = 'http://hl7.org/fhir/sid/icd-10-cm';

const file = {
  label: 'GDIS',
  source: 'a test',
  version: '1',
  include: [
    { system: snomed, codes: ['1'], families: ['22'] },
    { system: icd, codes: ['E84.0'], families: ['Q9'] },
  ],
};

it('B10 value sets are files that can be replaced', () => {
  const valueSets = createValueSets([readValueSet(file)]);
  assert.deepEqual(valueSets.sensitivitiesOf(snomed, '1'), ['GDIS']);
  assert.deepEqual(valueSets.sensitivitiesOf(snomed, '223'), ['GDIS']);
  assert.deepEqual(valueSets.sensitivitiesOf(snomed, '12'), []);
  assert.deepEqual(valueSets.sensitivitiesOf(loinc, '1'), []);
});

it('B10 a code of ICD is the same with and without its dot, and in either case', () => {
  const valueSets = createValueSets([readValueSet(file)]);
  for (const code of ['E84.0', 'E840', 'e84.0', 'Q99', 'q99.9'])
    assert.deepEqual(valueSets.sensitivitiesOf(icd, code), ['GDIS'], code);
  assert.deepEqual(valueSets.sensitivitiesOf(icd, 'E84'), []);
});

describe('B10 a value set that is not understood is refused by its element', () => {
  const include = [{ system: icd, codes: ['E84.0'] }];
  const concepts = [{ system: icd, concept: [{ code: 'E84.0' }] }];
  const useContext = [{ valueCodeableConcept: { coding: [{ system: 'x', code: 'GDIS' }] } }];
  const fhir = { resourceType: 'ValueSet', url: 'urn:x', version: '1', compose: { include: concepts } };
  const faults: readonly (readonly [unknown, RegExp])[] = [
    [[], /the file must hold one object/],
    [{ ...file, label: 'NOPE' }, /^RangeError: label is no sensitivity/],
    [{ ...file, label: 'R' }, /^RangeError: label is no sensitivity/],
    [{ ...file, source: '' }, /source must be a text/],
    [{ ...file, exclude: include }, /exclude is not understood/],
    [{ ...file, include: [] }, /include must be a list/],
    [{ ...file, include: [{ system: icd }] }, /include\[0\] names no codes/],
    [{ ...file, include: [{ system: icd, families: [''] }] }, /include\[0\]\.families\[0\] must be a text/],
    [{ ...file, include: [{ codes: ['1'] }] }, /include\[0\]\.system must be a text/],
    [{ resourceType: 'CodeSystem' }, /resourceType must be ValueSet/],
    [{ ...fhir, useContext }, /useContext\.valueCodeableConcept\.coding\.code must be a text/],
  ];
  for (const [value, message] of faults) it(String(message), () => assert.throws(() => readValueSet(value), message));
});

describe('B10 a FHIR ValueSet labels with the sensitivity that is its focus', () => {
  const coding = [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'GDIS' }];
  const fhir = {
    resourceType: 'ValueSet',
    url: 'urn:x',
    version: '1',
    useContext: [{ code: { code: 'focus' }, valueCodeableConcept: { coding } }],
  };
  const concepts = { system: icd, concept: [{ code: 'E84.0', display: 'x' }] };
  const contains = [
    { system: icd, abstract: true, contains: [{ system: icd, code: 'E84.0' }] },
    { system: snomed, code: '1' },
  ];

  it('by the concepts that it composes, or by its expansion', () => {
    for (const rest of [
      { compose: { include: [concepts] } },
      { compose: { include: [{}] }, expansion: { contains } },
    ]) {
      const valueSets = createValueSets([readValueSet({ ...fhir, ...rest })]);
      assert.deepEqual(valueSets.sensitivitiesOf(icd, 'E84.0'), ['GDIS']);
      assert.deepEqual(valueSets.sensitivitiesOf(icd, 'E84.1'), []);
    }
  });

  const unknowable: readonly (readonly [object, RegExp])[] = [
    [{ compose: { include: [{ system: icd }] } }, /compose\.include\[0\] names no concepts/],
    [{ compose: { include: [{ ...concepts, filter: [{}] }] } }, /compose\.include\[0\]\.filter is not understood/],
    [{ compose: { include: [concepts], exclude: [concepts] } }, /compose\.exclude is not understood/],
    [{ expansion: { total: 9, contains } }, /expansion\.total is more/],
    [{}, /must name codes/],
  ];
  for (const [rest, message] of unknowable)
    it(`not by what only a terminology server knows: ${String(message)}`, () =>
      assert.throws(() => readValueSet({ ...fhir, ...rest }), message));
});

describe('B10 the value sets of the release', () => {
  /** From the last to the first. */
  const digitsOf = (code: string): readonly number[] => code.split('').toReversed().map(Number);
  /** https://loinc.org/kb/faq/structure/#how-does-the-check-digit-work */
  const isLoinc = (code: string): boolean => {
    const [digits = '', check = ''] = code.split('-');
    const doubled = digitsOf(digits).map((digit, index) => digit * (index % 2 === 0 ? 2 : 1));
    const sum = doubled.reduce((total, value) => total + Math.floor(value / 10) + (value % 10), 0);
    return /^\d{1,7}-\d$/.test(code) && (10 - (sum % 10)) % 10 === Number(check);
  };
  /** Verhoeff, as SNOMED CT’s identifiers end: https://confluence.ihtsdotools.org/display/DOCRELFMT/5.5+Check-digit */
  const dihedral = (a: number, b: number): number =>
    a < 5 ? (b < 5 ? (a + b) % 5 : ((a + b) % 5) + 5) : b < 5 ? ((a - b) % 5) + 5 : (a - b + 5) % 5;
  const permute = (digit: number, times: number): number => {
    let at = digit;
    for (let index = 0; index < times; index += 1) at = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4][at] ?? -1;
    return at;
  };
  const isSnomed = (code: string): boolean =>
    /^\d{6,18}$/.test(code) &&
    digitsOf(code).reduce((check, digit, index) => dihedral(check, permute(digit, index % 8)), 0) === 0;
  const spelling: Readonly<Record<string, (code: string) => boolean>> = {
    [loinc]: isLoinc,
    [snomed]: isSnomed,
    [rxnorm]: (code) => /^\d{2,8}$/.test(code),
    [icd]: (code) => /^[A-Z]\d[0-9A-Z](?:\.[0-9A-Z]{1,4})?$/.test(code),
  };

  it('know a wrong check digit', () => {
    assert.ok(isLoinc('20447-9') && !isLoinc('20447-8') && isSnomed('86406008') && !isSnomed('86406009'));
  });

  for (const { label, source, include } of builtInFiles) {
    const codes = include.flatMap((group) => (group.codes ?? []).map((code) => ({ system: group.system, code })));

    it(`${label} names at least 50 codes, of every clinical system that has any, each once and well spelt`, () => {
      assert.ok(codes.length >= 50, `${codes.length}`);
      // No drug tells of violence.
      for (const system of label === 'SDV' ? [icd, snomed, loinc] : [icd, snomed, loinc, rxnorm])
        assert.ok(
          codes.some((each) => each.system === system),
          system,
        );
      for (const { system, code } of codes) assert.ok(spelling[system]?.(code), `${system} ${code}`);
      assert.equal(new Set(codes.map(({ system, code }) => `${system}|${code}`)).size, codes.length);
    });

    it(`${label} says of each group what it names and where that was compared`, () => {
      assert.match(source, /Not clinically reviewed/);
      for (const { about, verified } of include) assert.ok(about !== undefined && verified !== undefined);
    });
  }

  it('label what the displays of the sample patients’ codes say', () => {
    const of = (system: string, code: string) => builtInValueSets.sensitivitiesOf(system, code);
    assert.deepEqual(of(snomed, '86406008'), ['HIV']);
    assert.deepEqual(of(snomed, '361055000'), ['ETH']);
    assert.deepEqual(of(snomed, '706893006'), ['SDV']);
    assert.deepEqual(of(loinc, '55758-7'), ['PSY']);
    // Stress level: near them in the same questionnaires, and none of them.
    assert.deepEqual(of(loinc, '93038-8'), []);
  });

  it('leave everyday codes alone', () => {
    const everyday: readonly (readonly [string, string])[] = [
      [icd, 'I10 E11.9 J45.909 Z23 K35.80 S72.001A O80 R51.9 N39.0 M54.50'],
      [snomed, '38341003 44054006 195967001 233604007 59621000 271737000 162673000 185349003 73211009 840539006'],
      [loinc, '8867-4 8480-6 8462-4 29463-7 8302-2 2339-0 4548-4 718-7 94500-6 2160-0 5671-3'],
      [rxnorm, '314231 198440 860975 308136 197361 310798 2123111 243670'],
    ];
    for (const [system, list] of everyday)
      for (const code of list.split(' ')) assert.deepEqual(builtInValueSets.sensitivitiesOf(system, code), [], code);
  });
});

it('B10 a drug is known by its ingredients, whatever its strength and form', () => {
  const request = (code: string, display: string) => ({
    resourceType: 'MedicationRequest',
    medicationCodeableConcept: { coding: [{ system: rxnorm, code, display }] },
  });
  const of = (resource: object) => {
    const labels = labelsOf(resource, builtInValueSets);
    return labels.kind === 'labelled' ? labels.sensitivities : [];
  };
  assert.deepEqual(of(request('999999999', 'dolutegravir 50 MG Oral Tablet')), ['HIV']);
  assert.deepEqual(of(request('476556', '')), ['HIV']);
  assert.deepEqual(of(request('314231', 'Simvastatin 10 MG Oral Tablet')), []);
});

it('B10 a `security` that is not a resource’s own label raises nothing', () => {
  const statement = { resourceType: 'CapabilityStatement', rest: [{ mode: 'server', security: { cors: true } }] };
  assert.deepEqual(labelsOf(statement, builtInValueSets), {
    kind: 'labelled',
    confidentiality: 'N',
    sensitivities: [],
  });
});
