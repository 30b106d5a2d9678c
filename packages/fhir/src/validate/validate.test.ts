import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { describe, it } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { parseJson, parseJsonBytes } from '../json/parse.ts';
import { resourceTypes } from '../definitions/resource-types.ts';
import { readDefinitions } from '../definitions/official-files.ts';
import { hasErrors } from '../outcome/operation-outcome.ts';
import { usualPolicy } from './policy.ts';
import { createValidator, validateResource } from './validate-resource.ts';

const patient = (members: object): object => ({ resourceType: 'Patient', ...members });
const observation = (members: object): object => ({
  resourceType: 'Observation',
  status: 'final',
  code: { text: 'x' },
  ...members,
});
const bundle = (resource: unknown): object => ({
  resourceType: 'Bundle',
  type: 'batch',
  entry: [{}, { resource, request: { method: 'POST', url: 'Patient' } }].slice(1),
});
/** `code expression` of each issue. */
const faults = (value: unknown, type?: string): string[] =>
  validateResource(value, type).map(({ code, expression }) => `${code} ${expression}`);

const rejected: readonly (readonly [object, string])[] = [
  [{ resourceType: 'Robot' }, 'value resourceType'],
  [{}, 'structure resourceType'],
  [patient({ gender: 'robot' }), 'code-invalid Patient.gender'],
  [observation({ status: 'bogus' }), 'code-invalid Observation.status'],
  [bundle(observation({ status: 'bogus' })), 'code-invalid Bundle.entry[0].resource.status'],
  [bundle({ resourceType: 'Robot' }), 'structure Bundle.entry[0].resource.resourceType'],
  [patient({ contained: [observation({ status: 'bogus' })] }), 'code-invalid Patient.contained[0].status'],
  [patient({ id: 'a b' }), 'value Patient.id'],
  [patient({ id: 7 }), 'value Patient.id'],
  [patient({ colour: 'red' }), 'structure Patient.colour'],
  [patient({ 'Jane Roe': 'red' }), 'structure Patient.?'],
  [JSON.parse('{"resourceType":"Patient","__proto__":{}}') as object, 'structure Patient.?'],
  [patient({ _name: [] }), 'structure Patient._name'],
  [patient({ name: [] }), 'structure Patient.name'],
  [patient({ name: {} }), 'structure Patient.name'],
  [patient({ name: [{}] }), 'structure Patient.name[0]'],
  [patient({ name: [null] }), 'structure Patient.name[0]'],
  [patient({ name: ['Jane'] }), 'structure Patient.name[0]'],
  [patient({ name: [{ family: '' }] }), 'value Patient.name[0].family'],
  [patient({ name: [{ family: 'a\u0000' }] }), 'value Patient.name[0].family'],
  [patient({ name: [{ given: 'Jane' }] }), 'structure Patient.name[0].given'],
  [patient({ name: [{ given: ['Jane', null] }] }), 'structure Patient.name[0].given[1]'],
  [patient({ gender: ['male'] }), 'structure Patient.gender'],
  [patient({ active: 'true' }), 'value Patient.active'],
  [patient({ birthDate: '1970-02-30' }), 'value Patient.birthDate'],
  [patient({ birthDate: '70-01-01' }), 'value Patient.birthDate'],
  [patient({ deceasedBoolean: true, deceasedDateTime: '2020' }), 'structure Patient.deceased'],
  [patient({ deceasedDateTime: '2020-01-01T10:00:00' }), 'value Patient.deceased'],
  [patient({ deceasedString: 'yes' }), 'structure Patient.deceasedString'],
  [patient({ meta: { lastUpdated: '2020-01-01' } }), 'value Patient.meta.lastUpdated'],
  [patient({ _birthDate: { extension: [{ valueString: 'x' }] } }), 'required Patient.birthDate.extension[0].url'],
  [patient({ multipleBirthInteger: 1.5 }), 'value Patient.multipleBirth'],
  [patient({ telecom: [{ rank: 0 }] }), 'value Patient.telecom[0].rank'],
  [patient({ photo: [{ contentType: 'image/png', data: 'abc' }] }), 'value Patient.photo[0].data'],
  [
    patient({ identifier: [{ period: { start: '2020-02', end: '2020-01-31' } }] }),
    'invariant Patient.identifier[0].period',
  ],
  [patient({ extension: [{ url: 'http://x' }] }), 'invariant Patient.extension[0]'],
  [patient({ text: { status: 'generated', div: 'hello' } }), 'value Patient.text.div'],
  [patient({ contact: [{ gender: 'male' }] }), 'invariant Patient.contact[0]'],
  [observation({ subject: { reference: 'Patient/a b' } }), 'value Observation.subject.reference'],
  [observation({ subject: { reference: 'Robot/1' } }), 'value Observation.subject.reference'],
  [observation({ subject: { reference: '#nobody' } }), 'invariant Observation.subject'],
  [
    {
      resourceType: 'Bundle',
      type: 'collection',
      entry: [1, 2].map(() => ({ fullUrl: 'urn:uuid:1', resource: patient({}) })),
    },
    'invariant Bundle',
  ],
  [
    {
      resourceType: 'Questionnaire',
      status: 'draft',
      item: [1, 2].map(() => ({ linkId: '1', type: 'string', text: 'x' })),
    },
    'invariant Questionnaire',
  ],
  [
    observation({
      valueString: 'x',
      code: { coding: [{ system: 'urn:a', code: '1' }] },
      component: [{ code: { coding: [{ code: '1', system: 'urn:a' }] } }],
    }),
    'invariant Observation',
  ],
  [
    {
      resourceType: 'CodeSystem',
      status: 'draft',
      content: 'complete',
      concept: [{ code: '1', concept: [{ code: '1' }] }],
    },
    'invariant CodeSystem',
  ],
  [patient({ telecom: [{ value: '1' }] }), 'invariant Patient.telecom[0]'],
  [observation({ valueRange: { low: { value: 9 }, high: { value: 1 } } }), 'invariant Observation.value'],
  [observation({ valueRatio: { numerator: { value: 1 } } }), 'invariant Observation.value'],
  [
    observation({ referenceRange: [{ low: { value: 1, comparator: '<' } }] }),
    'invariant Observation.referenceRange[0].low',
  ],
  [patient({ extension: [{ url: 'http://x', valueAge: { value: -1 } }] }), 'invariant Patient.extension[0].value'],
  [
    patient({ contained: [observation({ valueString: 'x', dataAbsentReason: { text: 'x' } })] }),
    'invariant Patient.contained[0]',
  ],
  [observation({ valueQuantity: { value: '1.0' } }), 'value Observation.value.value'],
  [observation({ valueQuantity: { value: Number.POSITIVE_INFINITY } }), 'value Observation.value.value'],
  [{ resourceType: 'Observation', code: { text: 'x' } }, 'required Observation.status'],
  [
    { resourceType: 'Parameters', parameter: [{ name: 'a', resource: patient({ gender: 'robot' }) }] },
    'code-invalid Parameters.parameter[0].resource.gender',
  ],
  [
    { resourceType: 'Condition', subject: { reference: 'Patient/1' }, clinicalStatus: { coding: [{ code: 'ill' }] } },
    'code-invalid Condition.clinicalStatus',
  ],
];

describe('validateResource', () => {
  it('rejects, and names the element', () => {
    for (const [value, fault] of rejected.slice(1)) assert.deepEqual(faults(value), [fault], JSON.stringify(value));
    assert.equal(faults({ resourceType: 'Robot' }).length, 1);
    for (const value of [null, [], 'x', 1, true]) assert.equal(faults(value).length, 1);
    assert.deepEqual(faults(patient({}), 'Observation'), ['structure Patient.resourceType']);
    assert.deepEqual(faults(patient({}), 'Patient'), []);
  });

  it('accepts what only looks odd', () => {
    for (const value of [
      patient({ _birthDate: { extension: [{ url: 'http://x', valueString: 'x' }] } }),
      patient({ name: [{ given: ['Jane', null], _given: [null, { id: 'a' }] }] }),
      patient({ language: 'tlh', communication: [{ language: { text: 'Klingon' } }] }),
      patient({ birthDate: '2024-02-29', deceasedDateTime: '2024-02-29T23:59:60.123456+14:00' }),
      patient({ photo: [{ contentType: 'image/png', data: 'YWJj\nZGVm' }] }),
      observation({ valueQuantity: { value: 1e-300, system: 'http://unitsofmeasure.org', code: 'no-such-unit' } }),
      observation({ subject: { reference: 'Patient?identifier=a|b' }, encounter: { reference: 'urn:uuid:1' } }),
      bundle(observation({ contained: [patient({ id: 'p' })], subject: { reference: '#p' } })),
    ])
      assert.deepEqual(validateResource(value), [], JSON.stringify(value));
  });

  it('rejects, warns or says nothing, as the policy wants it', () => {
    const doubtful: readonly (readonly [keyof typeof usualPolicy, object, string])[] = [
      ['bindings', patient({ gender: 'robot' }), 'Patient.gender'],
      ['invariants', patient({ contact: [{ gender: 'male' }] }), 'Patient.contact[0]'],
      [
        'references',
        patient({ managingOrganization: { reference: 'Patient/1' } }),
        'Patient.managingOrganization.reference',
      ],
      ['references', observation({ subject: { type: 'Claim', display: 'x' } }), 'Observation.subject.type'],
    ];
    for (const [level, resource, expression] of doubtful) {
      const told = (severity: 'reject' | 'warn' | 'off'): unknown =>
        createValidator({ policy: { ...usualPolicy, [level]: severity } })(resource).map((issue) => [
          issue.severity,
          issue.expression,
        ]);
      assert.deepEqual(told('reject'), [['error', expression]]);
      assert.deepEqual(told('warn'), [['warning', expression]]);
      assert.deepEqual(told('off'), []);
    }
    const lenient = createValidator({
      policy: { bindings: 'off', invariants: 'off', references: 'off', profiles: 'off' },
    });
    assert.deepEqual(
      lenient(patient({ colour: 'red' })).map(({ severity }) => severity),
      ['error'],
    );
  });

  it('never repeats what the record says', () => {
    const secret = 'Zyx-Secret';
    for (const value of [
      patient({ gender: secret, [secret]: 1, id: `${secret} `, birthDate: secret, name: secret }),
      observation({ subject: { reference: secret }, valueQuantity: secret, code: secret }),
      observation({ subject: { reference: `#${secret}` } }),
      observation({ contained: [patient({ id: secret, contained: [patient({ id: secret })] })] }),
    ]) {
      const issues = validateResource(value);
      assert.ok(issues.length > 0);
      assert.ok(!JSON.stringify(issues).includes(secret));
    }
  });

  it('holds up with texts that make expressions backtrack', { timeout: 60_000 }, () => {
    assert.deepEqual(faults(patient({ photo: [{ contentType: 'x', data: `${' '.repeat(2e6)}!` }] })).length, 1);
  });

  it('lets no doubts hide a fault, and tells the first of very many', () => {
    const doubts = Array.from({ length: 200 }, () => ({ reference: 'Claim/1' }));
    const told = (value: object, severity: string): number =>
      validateResource(value).filter((issue) => issue.severity === severity).length;
    assert.equal(told(patient({ generalPractitioner: doubts }), 'warning'), 100);
    assert.equal(told(patient({ generalPractitioner: doubts, colour: 'red' }), 'error'), 1);
    const contacts = Array.from({ length: 200 }, () => ({ gender: 'male' }));
    assert.equal(told(patient({ contact: contacts }), 'error'), 100);
  });

  it('accepts the official clinical examples', () => {
    const folder = new URL('.', import.meta.resolve('hl7.fhir.r4.examples/package.json'));
    const definitional =
      /^(SearchParameter|ValueSet|CodeSystem|StructureDefinition|ConceptMap|OperationDefinition|CompartmentDefinition|NamingSystem|CapabilityStatement|StructureMap|ImplementationGuide|package|ig)\b/;
    /** Its items lack linkId, which R4 requires. */
    const faulty = new Set(['Questionnaire-qs1.json']);
    let accepted = 0;
    for (const file of readdirSync(folder)) {
      if (definitional.test(file) || !file.endsWith('.json')) continue;
      const bytes = readFileSync(new URL(file, folder));
      // Bundles of definitions, of tens of megabytes.
      if (bytes.length > 2_000_000) continue;
      const valid = !hasErrors(validateResource(parseJsonBytes(bytes).value));
      assert.equal(valid, !faulty.has(file), file);
      accepted += 1;
    }
    assert.ok(accepted > 680, String(accepted));
  });

  it('accepts the Synthea samples', () => {
    const folder = new URL('../../../../infra/samples/', import.meta.url);
    let files: string[] = [];
    try {
      files = readdirSync(folder).filter((file) => file.endsWith('.json.gz'));
    } catch {
      // Without the samples there is nothing to look at.
    }
    for (const file of files) {
      const { value } = parseJson(gunzipSync(readFileSync(new URL(file, folder))).toString());
      assert.deepEqual(validateResource(value), [], file);
    }
  });
});

describe('resourceTypes', () => {
  it('are those of the definitions', () => {
    type Listed = { readonly url?: string; readonly concept?: readonly { readonly code: string }[] };
    const listed = readDefinitions<Listed>('valuesets').find(({ url }) => url === 'http://hl7.org/fhir/resource-types');
    const abstract = new Set(['Resource', 'DomainResource']);
    assert.deepEqual(
      resourceTypes,
      listed?.concept?.map(({ code }) => code).filter((code) => !abstract.has(code)),
    );
  });
});
