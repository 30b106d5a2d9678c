/** The examples that https://hl7.org/fhir/R4/search.html publishes, one by one, and what else its text says of each parameter type. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { find, type Stored } from './testing/find.ts';

const ucum = 'http://unitsofmeasure.org';

type Row = readonly [search: string, found: string];

const all = (rows: readonly Row[], resources: readonly Stored[]): void => {
  for (const [search, found] of rows) assert.equal(find(search, resources), found, search);
};

/** One resource for each value; its id is its place. */
const each = <T>(values: readonly T[], make: (value: T) => { readonly resourceType: string }): readonly Stored[] =>
  values.map((value, place) => ({ ...make(value), id: String(place) }));

describe('number', () => {
  const assessments = (...values: readonly number[]): readonly Stored[] =>
    each(values, (probabilityDecimal) => ({ resourceType: 'RiskAssessment', prediction: [{ probabilityDecimal }] }));

  it('is searched to the precision that was written', () => {
    const around = assessments(99.4, 99.5, 99.995, 100, 100.004, 100.005, 100.499, 100.5);
    all(
      [
        ['RiskAssessment?probability=100', '1 2 3 4 5 6'],
        ['RiskAssessment?probability=100.00', '2 3 4'],
        ['RiskAssessment?probability=lt100', '0 1 2'],
        ['RiskAssessment?probability=le100', '0 1 2 3'],
        ['RiskAssessment?probability=gt100', '4 5 6 7'],
        ['RiskAssessment?probability=ge100', '3 4 5 6 7'],
        ['RiskAssessment?probability=ne100', '0 7'],
        // "So 100 and 1.00e2 both have the same number of significant digits."
        ['RiskAssessment?probability=1.00e2', '1 2 3 4 5 6'],
        ['RiskAssessment?probability=1.0000e+2', '2 3 4'],
      ],
      around,
    );
    // The page's [95, 105) for 1e2 has two significant figures; its own words say one.
    all([['RiskAssessment?probability=1e2', '1 2']], assessments(49.9, 50, 149, 150));
    all([['RiskAssessment?probability=gt0.8', '1']], assessments(0.8, 0.81));
    all([['RiskAssessment?probability=gt8e-1', '1']], assessments(0.8, 0.81));
  });

  it('is exact where it is compared with whole numbers', () => {
    const doses = each([1, 2, 3], (doseNumberPositiveInt) => ({
      resourceType: 'ImmunizationRecommendation',
      recommendation: [{ doseNumberPositiveInt }],
    }));
    const factors = each([1, 2, 3], (factorOverride) => ({ resourceType: 'ChargeItem', factorOverride }));
    all(
      [
        ['ChargeItem?factor-override=2', '1'],
        ['ChargeItem?factor-override=2.0', '1'],
        ['ChargeItem?factor-override=2.3', ''],
        ['ChargeItem?factor-override=sa2', '2'],
        ['ChargeItem?factor-override=eb2', '0'],
        ['ChargeItem?factor-override=ap2', '1'],
        ['ChargeItem?factor-override=5,1', '0'],
        ['ChargeItem?factor-override=two', 'refused invalid'],
        ['ChargeItem?factor-override=0x2', 'refused invalid'],
        ['ChargeItem?factor-override=Infinity', 'refused invalid'],
      ],
      factors,
    );
    // R4 gives ImmunizationRecommendation no parameter of the name that its page uses.
    all([['ImmunizationRecommendation?dose-number=2', 'unknown']], doses);
  });

  it('holds a Range against the bounds', () => {
    const ranges = each([{ low: { value: 1 }, high: { value: 2 } }, { low: { value: 2 } }], (probabilityRange) => ({
      resourceType: 'RiskAssessment',
      prediction: [{ probabilityRange }],
    }));
    all(
      [
        ['RiskAssessment?probability=gt1.5', '0 1'],
        ['RiskAssessment?probability=lt1.5', '0'],
        ['RiskAssessment?probability=sa1.5', '1'],
        ['RiskAssessment?probability=eb2.5', '0'],
        ['RiskAssessment?probability=eb2', ''],
      ],
      ranges,
    );
  });
});

describe('date', () => {
  const procedures = (...values: readonly (string | object)[]): readonly Stored[] =>
    each(values, (value) => ({
      resourceType: 'Procedure',
      ...(typeof value === 'string' ? { performedDateTime: value } : { performedPeriod: value }),
    }));

  it('is searched as the page’s table says', () => {
    const days = procedures('2013-01-14T00:00:00Z', '2013-01-14T10:00:00Z', '2013-01-15T00:00:00Z', '2013-01-14');
    all(
      [
        ['Procedure?date=eq2013-01-14', '0 1 3'],
        ['Procedure?date=ne2013-01-14', '2'],
        ['Procedure?date=lt2013-01-14T10:00Z', '0 3'],
        ['Procedure?date=gt2013-01-14T10:00Z', '2 3'],
        ['Procedure?date=2013-01-14T11:00:00+01:00', '1'],
        ['Procedure?date=2013-01-14T11%3A00%3A00%2B01%3A00', '1'],
        ['Procedure?date=2013', '0 1 2 3'],
        ['Procedure?date=ge2010-01-01&date=le2011-12-31', ''],
        ['Procedure?date=2013-01-14T10', 'refused invalid'],
        ['Procedure?date=14.01.2013', 'refused invalid'],
      ],
      days,
    );
    const open = procedures({ start: '2013-01-21' }, { start: '2013-03-15' }, { end: '2013-01-21' });
    all(
      [
        ['Procedure?date=ge2013-03-14', '0 1'],
        ['Procedure?date=le2013-03-14', '0 2'],
        ['Procedure?date=sa2013-03-14', '1'],
        ['Procedure?date=eb2013-03-14', '2'],
      ],
      open,
    );
    all([['Procedure?date=ap2025-12-30', '0']], procedures('2025-12-30', '2025-10-01', '2015-06-15'));
  });
});

describe('string', () => {
  const patients = (...given: readonly string[]): readonly Stored[] =>
    each(given, (name) => ({ resourceType: 'Patient', name: [{ given: [name], family: 'Roe' }] }));

  it('starts with, contains, or is exactly', () => {
    all(
      [
        ['Patient?given=eve', '0 1 3 4'],
        ['Patient?given:contains=eve', '0 1 2 3 4'],
        ['Patient?given:exact=Eve', '0'],
        ['Patient?given=adam,EVELYN', '1'],
        ['Patient?given=x', ''],
        ['Patient?name=eve&name=roe', '0 1 3 4'],
        ['Patient?phonetic=eve', '0 1 3 4'],
        ['Patient?given:text=eve', 'refused not-supported'],
      ],
      patients('Eve', 'Evelyn', 'Severine', 'eve', 'Éve'),
    );
  });

  it('minds neither case nor marks, in any script', () => {
    all(
      [
        ['Patient?given=strasse', '0'],
        ['Patient?given=STRAßE', '0'],
        ['Patient?given=οδυσσεύς', '1'],
        ['Patient?given=ΟΔΥΣΣΕΥΣ', '1'],
        ['Patient?given=οδυς', '1'],
        ['Patient?given=irem', '2'],
        ['Patient?given=ada  lovelace', '3'],
        ['Patient?given=ｅve', '4'],
      ],
      patients('Straße', 'Οδυσσεύς', 'İrem', 'Ada\tLovelace', 'Eve'),
    );
  });

  it('covers the parts of an address', () => {
    const places: readonly Stored[] = [
      { resourceType: 'Location', id: 'here', address: { use: 'work', line: ['1 A St'], city: 'Bonn' } } as Stored,
    ];
    all(
      [
        ['Location?address=bonn', 'here'],
        ['Location?address=1 a', 'here'],
        ['Location?address=work', ''],
      ],
      places,
    );
  });
});

describe('uri', () => {
  const sets = each(
    [
      'http://acme.org/fhir/ValueSet/123',
      'http://acme.org/fhir/ValueSet/123/_history/5',
      'http://acme.org/fhirs',
      'urn:oid:1.2.3.4.5',
    ],
    (url) => ({ resourceType: 'ValueSet', url, version: '1.0' }),
  );

  it('is precise, or goes by path', () => {
    all(
      [
        ['ValueSet?url=http://acme.org/fhir/ValueSet/123', '0'],
        ['ValueSet?url=http://ACME.org/fhir/ValueSet/123', ''],
        ['ValueSet?url:below=http://acme.org/fhir/', '0 1'],
        ['ValueSet?url:below=http://acme.org/fhir', '0 1'],
        ['ValueSet?url:above=http://acme.org/fhir/ValueSet/123/_history/5', '0 1'],
        ['ValueSet?url=urn:oid:1.2.3.4.5', '3'],
        ['ValueSet?url:below=urn:oid:1.2.3', ''],
        ['ValueSet?url=http://acme.org/fhir/ValueSet/123,http://acme.org/fhirs', '0 2'],
        ['ValueSet?url:contains=acme', 'refused not-supported'],
      ],
      sets,
    );
  });

  it('has a version where it is canonical', () => {
    all(
      [
        ['ValueSet?url=http://acme.org/fhirs|1.0', '2'],
        ['ValueSet?url=http://acme.org/fhirs|2.0', ''],
      ],
      sets,
    );
    const tagged = each(['http://a.example/p', 'http://a.example/p|2', 'http://a.example/q|2'], (profile) => ({
      resourceType: 'Patient',
      meta: { profile: [profile] },
    }));
    all(
      [
        ['Patient?_profile=http://a.example/p', '0 1'],
        ['Patient?_profile=http://a.example/p|2', '1'],
      ],
      tagged,
    );
  });
});

describe('token', () => {
  const conditions: readonly Stored[] = [
    {
      resourceType: 'Condition',
      id: 'coded',
      code: { coding: [{ system: 'http://acme.org/conditions/codes', code: 'ha125', display: 'Headache, mild' }] },
    } as Stored,
    { resourceType: 'Condition', id: 'worded', code: { coding: [{ code: 'ha125' }], text: 'Headache' } } as Stored,
    { resourceType: 'Condition', id: 'odd', code: { coding: [{ code: 'a,b' }, { code: 'c' }] } } as Stored,
    { resourceType: 'Condition', id: 'none' },
  ];

  it('matches by system and code', () => {
    all(
      [
        ['Condition?code=http://acme.org/conditions/codes|ha125', 'coded'],
        ['Condition?code=ha125', 'coded worded'],
        ['Condition?code=|ha125', 'worded'],
        ['Condition?code=http://acme.org/conditions/codes|', 'coded'],
        ['Condition?code:text=headache', 'coded worded'],
        ['Condition?code:text=this,headache', 'coded worded'],
        ['Condition?code:not=ha125', 'odd none'],
        ['Condition?code:not=c', 'coded worded none'],
        ['Condition?code:missing=true', 'none'],
        ['Condition?code:missing=false', 'coded worded odd'],
        ['Condition?code=a,b', ''],
        ['Condition?code=a\\,b', 'odd'],
        ['Condition?code=a\\b', 'refused invalid'],
        ['Condition?code:exact=ha125', 'refused not-supported'],
        ['Condition?code:in=http://acme.org/fhir/ValueSet/cardiac-conditions', 'refused not-supported'],
        ['Condition?code:below=126851005', 'refused not-supported'],
        ['Condition?_id=coded,none', 'coded none'],
        ['Condition?_id:not=coded', 'worded odd none'],
      ],
      conditions,
    );
  });

  it('matches identifiers, flags, codes, contacts and texts', () => {
    const type = { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0203', code: 'MR' }], text: 'Record' };
    const patients: readonly Stored[] = [
      {
        resourceType: 'Patient',
        id: 'a',
        active: true,
        gender: 'male',
        identifier: [{ system: 'http://acme.org/patient', value: '2345', type }],
        telecom: [{ system: 'email', value: 'a@acme.org' }],
      } as Stored,
      { resourceType: 'Patient', id: 'b' },
    ];
    all(
      [
        ['Patient?identifier=http://acme.org/patient|2345', 'a'],
        ['Patient?identifier:of-type=http://terminology.hl7.org/CodeSystem/v2-0203|MR|2345', 'a'],
        ['Patient?identifier:of-type=http://terminology.hl7.org/CodeSystem/v2-0203|MR|1', ''],
        ['Patient?identifier:of-type=|MR|2345', 'refused invalid'],
        ['Patient?identifier:text=record', 'a'],
        ['Patient?gender=male', 'a'],
        ['Patient?gender=http://hl7.org/fhir/administrative-gender|male', 'a'],
        ['Patient?gender:not=male', 'b'],
        ['Patient?gender:of-type=a|b|c', 'refused not-supported'],
        ['Patient?gender:text=male', 'refused not-supported'],
        ['Patient?gender:in=http://hl7.org/fhir/ValueSet/administrative-gender', 'a'],
        ['Patient?gender:not-in=http://hl7.org/fhir/ValueSet/administrative-gender', 'b'],
        ['Patient?active=true', 'a'],
        ['Patient?email=a@acme.org', 'a'],
        ['Patient?phone=a@acme.org', ''],
        ['Patient?deceased=false', 'a b'],
      ],
      patients,
    );
    const versions = each(['R4b', '2.0'], (version) => ({ resourceType: 'Library', version }));
    all(
      [
        ['Library?version=r4B', '0'],
        ['Library?version:not=R4B', '1'],
      ],
      versions,
    );
  });

  it('looks at a MIME type without its parameters', () => {
    const documents = each(['text/xml', 'text/xml; charset=UTF-8', 'text/plain'], (contentType) => ({
      resourceType: 'DocumentReference',
      content: [{ attachment: { contentType } }],
    }));
    all(
      [
        ['DocumentReference?contenttype=text/xml', '0'],
        ['DocumentReference?contenttype:below=text/xml', '0 1'],
        // Of the same name as CapabilityStatement’s, but a Coding.
        ['DocumentReference?format:below=http://example.org/no-such|x', 'refused not-supported'],
      ],
      documents,
    );
  });
});

describe('quantity', () => {
  const observations = each(
    [
      { value: 5.4, system: ucum, code: 'mg', unit: 'milligram' },
      { value: 0.0054, system: ucum, code: 'g' },
      { value: 5.44, unit: 'mg' },
      { value: 5.46, system: ucum, code: 'mg' },
      { value: 6, system: 'urn:own', code: 'mg' },
    ],
    (valueQuantity) => ({ resourceType: 'Observation', code: { text: 'x' }, valueQuantity }),
  );

  it('goes by unit, across units of UCUM', () => {
    all(
      [
        [`Observation?value-quantity=5.4|${ucum}|mg`, '0 1'],
        [`Observation?value-quantity=5.40e-3|${ucum}|g`, '0 1'],
        ['Observation?value-quantity=5.4||mg', '0 2'],
        ['Observation?value-quantity=5.4||milligram', '0'],
        ['Observation?value-quantity=5.4', '0 2'],
        [`Observation?value-quantity=le5.4|${ucum}|mg`, '0 1'],
        [`Observation?value-quantity=gt5.4|${ucum}|mg`, '3'],
        [`Observation?value-quantity=ap5.4|${ucum}|mg`, '0 1 3'],
        ['Observation?value-quantity=6|urn:own|mg', '4'],
        [`Observation?value-quantity=6|${ucum}|mm`, ''],
        [`Observation?value-quantity=5.4|${ucum}`, 'refused invalid'],
      ],
      observations,
    );
    const rates = each([{ value: 23, system: ucum, code: 'mm/h' }], (valueQuantity) => ({
      resourceType: 'Observation',
      valueQuantity,
    }));
    all([[`Observation?value-quantity=0.023|${ucum}|m/h`, '0']], rates);
  });
});
