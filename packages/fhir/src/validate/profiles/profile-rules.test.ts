/** Each rule that a profile can make, kept and broken: https://hl7.org/fhir/R4/profiling.html, elementdefinition.html */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { usualPolicy } from '../policy.ts';
import { createValidator } from '../validate-resource.ts';
import { createProfileCheck } from './profile-check.ts';

type Element = { readonly id: string; readonly [member: string]: unknown };

const url = 'http://example.org/profile';
const structure = (type: string, elements: readonly Element[], more: object = {}): object => ({
  resourceType: 'StructureDefinition',
  url,
  type,
  snapshot: {
    element: [{ id: type, path: type }, ...elements.map((one) => ({ path: one.id.replaceAll(/:[^.]*/g, ''), ...one }))],
  },
  ...more,
});

/** `expression: diagnostics` of what is told of the resource. */
const told = (packages: readonly object[], resource: object): readonly string[] =>
  createValidator({ policy: usualPolicy, profiles: createProfileCheck(packages) })(resource, {
    profiles: [url],
  }).map(({ severity, expression, diagnostics }) => `${severity} ${expression}: ${diagnostics}`);

const patient = (members: object): object => ({ resourceType: 'Patient', ...members });
const observation = (members: object): object => ({
  resourceType: 'Observation',
  status: 'final',
  code: { text: 'x' },
  ...members,
});
const pairs = (...codes: string[]): object => ({ coding: codes.map((code) => ({ system: 'urn:s', code })) });
const component = (code: string, more: object = {}): object => ({ code: pairs(code), ...more });
const extensionUrl = 'http://example.org/extension';
const extension = structure(
  'Extension',
  [
    { id: 'Extension.url', min: 1, max: '1', fixedUri: extensionUrl },
    { id: 'Extension.value[x]', min: 1, max: '1', type: [{ code: 'Coding' }] },
  ],
  { url: extensionUrl },
);
const sliced = (rules: object, slices: readonly Element[]): object =>
  structure('Observation', [{ id: 'Observation.component', slicing: rules }, ...slices]);
const byCode = { discriminator: [{ type: 'pattern', path: 'code' }], rules: 'open' };
const twoSlices: readonly Element[] = [
  { id: 'Observation.component:a', sliceName: 'a', min: 1, max: '1' },
  { id: 'Observation.component:a.code', min: 1, max: '1', patternCodeableConcept: pairs('a') },
  { id: 'Observation.component:a.value[x]', min: 1, max: '1', type: [{ code: 'Quantity' }] },
  { id: 'Observation.component:b', sliceName: 'b', min: 0, max: '1' },
  { id: 'Observation.component:b.code', min: 1, max: '1', patternCodeableConcept: pairs('b') },
];
const amount = { valueQuantity: { value: 1 } };
const performers = (type: string, path: string): readonly object[] => [
  structure('Observation', [
    { id: 'Observation.performer', slicing: { discriminator: [{ type, path }], rules: 'open' } },
    {
      id: 'Observation.performer:who',
      sliceName: 'who',
      min: 1,
      max: '1',
      type: [{ code: 'Reference', targetProfile: ['http://hl7.org/fhir/StructureDefinition/Practitioner'] }],
    },
  ]),
];

/** What it asks, the packages, what keeps it, what does not, and what is told of that. */
const rules: readonly (readonly [string, readonly object[], object, object, string])[] = [
  [
    'at least',
    [structure('Patient', [{ id: 'Patient.name', min: 2, max: '*' }])],
    patient({ name: [{ text: 'a' }, { text: 'b' }] }),
    patient({ name: [{ text: 'a' }] }),
    'error Patient.name: needs at least 2',
  ],
  [
    'at most',
    [structure('Patient', [{ id: 'Patient.name', min: 0, max: '1' }])],
    patient({ name: [{ text: 'a' }] }),
    patient({ name: [{ text: 'a' }, { text: 'b' }] }),
    'error Patient.name: takes at most 1',
  ],
  [
    'none',
    [structure('Patient', [{ id: 'Patient.contact.name', min: 0, max: '0' }])],
    patient({ contact: [{ telecom: [{ system: 'phone', value: '1' }] }] }),
    patient({ contact: [{ telecom: [{ system: 'phone', value: '1' }] }, { name: { text: 'a' } }] }),
    'error Patient.contact[1].name: is not allowed by the profile',
  ],
  [
    'required of what is there, not of what is not',
    [structure('Patient', [{ id: 'Patient.contact.name', min: 1, max: '1' }])],
    patient({}),
    patient({ contact: [{ telecom: [{ system: 'phone', value: '1' }] }] }),
    'error Patient.contact[0].name: needs at least 1',
  ],
  [
    'a fixed value',
    [structure('Patient', [{ id: 'Patient.maritalStatus', min: 0, max: '1', fixedCodeableConcept: pairs('m') }])],
    patient({ maritalStatus: pairs('m') }),
    patient({ maritalStatus: { ...pairs('m'), text: 'x' } }),
    'error Patient.maritalStatus: is not the value that the profile fixes',
  ],
  [
    'a pattern',
    [structure('Patient', [{ id: 'Patient.maritalStatus', min: 0, max: '1', patternCodeableConcept: pairs('m') }])],
    patient({ maritalStatus: { ...pairs('x', 'm'), text: 'x' } }),
    patient({ maritalStatus: pairs('x') }),
    'error Patient.maritalStatus: lacks what the profile wants of it',
  ],
  [
    'types of a choice',
    [structure('Observation', [{ id: 'Observation.value[x]', min: 1, max: '1', type: [{ code: 'Quantity' }] }])],
    observation(amount),
    observation({ valueString: 'x' }),
    'error Observation.value: has a type that the profile does not allow',
  ],
  [
    'targets of references',
    [
      structure('Observation', [
        {
          id: 'Observation.subject',
          min: 0,
          max: '1',
          type: [{ code: 'Reference', targetProfile: ['http://example.org/of-patient'] }],
        },
      ]),
      structure('Patient', [], { url: 'http://example.org/of-patient' }),
    ],
    observation({ subject: { reference: 'Patient/1' } }),
    observation({ subject: { reference: 'Group/1' } }),
    'error Observation.subject.reference: points to a type that the profile does not allow',
  ],
  [
    'an invariant, whatever R4 calls by the same key',
    [
      structure('Patient', [
        {
          id: 'Patient.name',
          constraint: [{ key: 'inv-1', severity: 'error', human: 'x', expression: 'family.exists()' }],
        },
      ]),
    ],
    patient({ name: [{ family: 'a' }] }),
    patient({ name: [{ family: 'a' }, { text: 'b' }] }),
    'error Patient.name[1]: Constraint inv-1 not met: x',
  ],
  [
    'slices by pattern',
    [sliced(byCode, twoSlices)],
    observation({ component: [component('a', amount), component('c')] }),
    observation({ component: [component('c')] }),
    'error Observation.component: needs at least 1 of slice a',
  ],
  [
    'slices at most',
    [sliced(byCode, twoSlices)],
    observation({ component: [component('a', amount), component('b')] }),
    observation({ component: [component('a', amount), component('b'), component('b')] }),
    'error Observation.component: takes at most 1 of slice b',
  ],
  [
    'what is within a slice',
    [sliced(byCode, twoSlices)],
    observation({ component: [component('b'), component('a', amount)] }),
    observation({ component: [component('b'), component('a', { valueString: 'x' })] }),
    'error Observation.component[1].value: has a type that the profile does not allow',
  ],
  [
    'closed slices',
    [sliced({ ...byCode, rules: 'closed' }, twoSlices)],
    observation({ component: [component('a', amount)] }),
    observation({ component: [component('a', amount), component('c')] }),
    'error Observation.component[1]: is of no slice of the profile',
  ],
  [
    'slices in order',
    [sliced({ ...byCode, ordered: true }, twoSlices)],
    observation({ component: [component('a', amount), component('b'), component('c')] }),
    observation({ component: [component('b'), component('a', amount)] }),
    'error Observation.component: has slices in another order than the profile wants',
  ],
  [
    'slices by a value further down',
    [
      sliced({ discriminator: [{ type: 'value', path: 'code.coding.code' }], rules: 'open' }, [
        { id: 'Observation.component:a', sliceName: 'a', min: 1, max: '1' },
        { id: 'Observation.component:a.code.coding.code', min: 1, max: '1', fixedCode: 'a' },
      ]),
    ],
    observation({ component: [component('a')] }),
    observation({ component: [component('b')] }),
    'error Observation.component: needs at least 1 of slice a',
  ],
  [
    'slices by what exists',
    [
      sliced({ discriminator: [{ type: 'exists', path: 'value' }], rules: 'open' }, [
        { id: 'Observation.component:with', sliceName: 'with', min: 1, max: '1' },
        { id: 'Observation.component:with.value[x]', min: 1, max: '1' },
      ]),
    ],
    observation({ component: [component('a', amount)] }),
    observation({ component: [component('a')] }),
    'error Observation.component: needs at least 1 of slice with',
  ],
  [
    'slices by the type of what is referred to',
    performers('type', 'resolve()'),
    observation({ performer: [{ reference: 'Practitioner/1' }] }),
    observation({ performer: [{ reference: 'Organization/1' }] }),
    'error Observation.performer: needs at least 1 of slice who',
  ],
  [
    'slices by the profile of what is referred to',
    performers('profile', 'resolve()'),
    observation({ performer: [{ reference: 'urn:uuid:1' }] }),
    observation({ performer: [{ reference: 'Organization/1' }] }),
    'error Observation.performer: needs at least 1 of slice who',
  ],
  [
    'slices of a choice',
    [
      structure('Observation', [
        { id: 'Observation.value[x]', slicing: { discriminator: [{ type: 'type', path: '$this' }], rules: 'closed' } },
        { id: 'Observation.value[x]:valueQuantity', sliceName: 'valueQuantity', type: [{ code: 'Quantity' }] },
        { id: 'Observation.value[x]:valueQuantity.unit', min: 1, max: '1' },
      ]),
    ],
    observation({ valueQuantity: { value: 1, unit: 'x' } }),
    observation(amount),
    'error Observation.value.unit: needs at least 1',
  ],
  [
    'an extension, known by its URL though its definition is not',
    [
      structure('Patient', [
        {
          id: 'Patient.extension:it',
          sliceName: 'it',
          min: 1,
          max: '1',
          type: [{ code: 'Extension', profile: [extensionUrl] }],
        },
      ]),
    ],
    patient({ extension: [{ url: extensionUrl, valueString: 'x' }] }),
    patient({ extension: [{ url: 'http://other', valueString: 'x' }] }),
    'error Patient.extension: needs at least 1 of slice it',
  ],
  [
    'what the definition of an extension asks, beside a primitive too',
    [
      structure('Patient', [
        {
          id: 'Patient.birthDate.extension:it',
          sliceName: 'it',
          min: 0,
          max: '1',
          type: [{ code: 'Extension', profile: [extensionUrl] }],
        },
      ]),
      extension,
    ],
    patient({ birthDate: '1970', _birthDate: { extension: [{ url: extensionUrl, valueCoding: { code: 'x' } }] } }),
    patient({ birthDate: '1970', _birthDate: { extension: [{ url: extensionUrl, valueString: 'x' }] } }),
    'error Patient.birthDate.extension[0].value: has a type that the profile does not allow',
  ],
  [
    'what another element asks that it refers to',
    [
      structure('Questionnaire', [
        { id: 'Questionnaire.item.text', min: 1, max: '1' },
        { id: 'Questionnaire.item.item', contentReference: '#Questionnaire.item' },
      ]),
    ],
    { resourceType: 'Questionnaire', status: 'draft', item: [{ linkId: '1', type: 'string', text: 'x' }] },
    {
      resourceType: 'Questionnaire',
      status: 'draft',
      item: [{ linkId: '1', type: 'group', text: 'x', item: [{ linkId: '2', type: 'string' }] }],
    },
    'error Questionnaire.item[0].item[0].text: needs at least 1',
  ],
  [
    'what it is derived from, where it has no snapshot',
    [
      structure('Patient', [], {
        snapshot: undefined,
        differential: { element: [{ id: 'Patient.gender', path: 'Patient.gender', min: 1 }] },
        baseDefinition: 'http://example.org/base',
      }),
      structure('Patient', [{ id: 'Patient.active', min: 1, max: '1' }], { url: 'http://example.org/base' }),
    ],
    patient({ gender: 'male', active: true }),
    patient({ gender: 'male' }),
    'error Patient.active: needs at least 1',
  ],
];

describe('a profile asks for', () => {
  for (const [what, packages, kept, broken, fault] of rules)
    it(what, () => {
      assert.deepEqual(told(packages, kept), []);
      assert.deepEqual(told(packages, broken), [fault]);
    });

  it('what cannot be evaluated here, and that is a doubt', () => {
    const constraint = [{ key: 'x-1', severity: 'error', human: 'x', expression: "memberOf('http://x')" }];
    const issues = told([structure('Patient', [{ id: 'Patient.gender', constraint }])], patient({ gender: 'male' }));
    assert.deepEqual(issues, ['warning Patient.gender: Constraint x-1 could not be evaluated']);
  });
});

describe('profiles', () => {
  const needsName = (more: object): object => structure('Patient', [{ id: 'Patient.name', min: 1, max: '*' }], more);
  const declaring = (canonical: string): object => patient({ meta: { profile: [canonical] } });

  it('are looked at in resources within resources, each at its place', () => {
    const validator = createValidator({ policy: usualPolicy, profiles: createProfileCheck([needsName({})]) });
    const places = (resource: object): readonly unknown[] =>
      validator(resource).map(({ severity, expression }) => `${severity} ${expression}`);
    assert.deepEqual(places({ resourceType: 'Bundle', type: 'collection', entry: [{ resource: declaring(url) }] }), [
      'error Bundle.entry[0].resource.name',
    ]);
    assert.deepEqual(places(observation({ contained: [declaring(url)] })), ['error Observation.contained[0].name']);
    assert.deepEqual(places({ resourceType: 'Parameters', parameter: [{ name: 'a', resource: declaring('urn:b') }] }), [
      'warning Parameters.parameter[0].resource.meta.profile[0]',
    ]);
    const many = (prefix: string): string[] => Array.from({ length: 21 }, (_, place) => `${prefix}${place}`);
    assert.equal(new Set(places(patient({ meta: { profile: many('urn:') } }))).size, 21);
    const known = createProfileCheck(many('urn:').map((each) => needsName({ url: each })));
    const [issue, ...others] = known({ ...patient({ meta: { profile: many('urn:') } }), resourceType: 'Patient' }, []);
    assert.deepEqual([issue?.code, issue?.expression, others], ['too-costly', 'Patient.meta.profile', []]);
  });

  it('are of a version, where the canonical names one', () => {
    const validator = createValidator({
      policy: usualPolicy,
      profiles: createProfileCheck([needsName({ version: '1.0' }), structure('Patient', [], { version: '2.0' })]),
    });
    const severities = (canonical: string): readonly string[] =>
      validator(declaring(canonical)).map(({ severity }) => severity);
    assert.deepEqual(severities(`${url}|1.0`), ['error']);
    assert.deepEqual(severities(`${url}|2.0`), []);
    assert.deepEqual(severities(`${url}|3.0`), ['warning']);
    assert.deepEqual(severities('http://hl7.org/fhir/StructureDefinition/Patient'), []);
    assert.deepEqual(severities('http://hl7.org/fhir/StructureDefinition/Group'), ['error']);
  });

  it('that are asked for by name are answered whatever the policy, and an error if not known', () => {
    const asked = (profiles?: ReturnType<typeof createProfileCheck>): readonly string[] =>
      createValidator({ policy: { ...usualPolicy, profiles: 'off' }, ...(profiles && { profiles }) })(patient({}), {
        profiles: [url],
      }).map(({ severity, code }) => `${severity} ${code}`);
    assert.deepEqual(asked(), ['error not-found']);
    assert.deepEqual(asked(createProfileCheck([])), ['error not-found']);
    assert.deepEqual(asked(createProfileCheck([needsName({})])), ['error required']);
  });
});
