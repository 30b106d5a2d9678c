/** https://hl7.org/fhir/R4/fhirpatch.html: each operation, on each kind of element. */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { canonicalJson } from '../json/canonical.ts';
import { parseJson, type JsonValue } from '../json/parse.ts';
import { applyFhirPathPatch, parseFhirPathPatch } from './fhirpath-patch.ts';
import { PatchError } from './patch-error.ts';

type Part = Readonly<Record<string, unknown>>;
type Operation = { readonly type: string; readonly path: string } & Readonly<Record<string, unknown>>;

/** `name`, `index`, `source`, `destination` as they are; `value` as the rest of its part. */
const parametersOf = (operations: readonly Operation[]): string =>
  JSON.stringify({
    resourceType: 'Parameters',
    parameter: operations.map(({ type, path, value, name, ...indexes }) => ({
      name: 'operation',
      part: [
        { name: 'type', valueCode: type },
        { name: 'path', valueString: path },
        ...(name === undefined ? [] : [{ name: 'name', valueString: name }]),
        ...Object.entries(indexes).map(([each, valueInteger]) => ({ name: each, valueInteger })),
        ...(value === undefined ? [] : [{ name: 'value', ...(value as Part) }]),
      ],
    })),
  });

const applied = (resource: string, parameters: string): string => {
  const document = parseJson(resource);
  const { value, numbers } = parseJson(parameters);
  applyFhirPathPatch(document, parseFhirPathPatch(value as object, numbers));
  return canonicalJson(document.value, document.numbers);
};
const patched = (resource: object, ...operations: readonly Operation[]): unknown =>
  JSON.parse(applied(JSON.stringify(resource), parametersOf(operations)));

const one = { system: 'urn:x', value: '1' };
const two = { system: 'urn:x', value: '2' };
const three = { system: 'urn:x', value: '3' };
const patient = (rest: object = {}): object => ({ resourceType: 'Patient', ...rest });
const listed = patient({ identifier: [one, two, three] });
const name = { text: 'a name' };
const observation = (rest: object): object => ({ resourceType: 'Observation', ...rest });

const rows: readonly (readonly [says: string, before: object, operation: Operation, after: object])[] = [
  [
    'replace a primitive',
    patient({ birthDate: '1920-01-01' }),
    { type: 'replace', path: 'Patient.birthDate', value: { valueDate: '1930-01-01' } },
    patient({ birthDate: '1930-01-01' }),
  ],
  [
    'delete a primitive, with what it had besides',
    patient({ active: true, birthDate: '1920', _birthDate: { id: 'b' } }),
    { type: 'delete', path: 'Patient.birthDate' },
    patient({ active: true }),
  ],
  ['delete what is not there', listed, { type: 'delete', path: 'Patient.birthDate' }, listed],
  [
    'add a primitive',
    patient(),
    { type: 'add', path: 'Patient', name: 'birthDate', value: { valueDate: '1930' } },
    patient({ birthDate: '1930' }),
  ],
  [
    'replace a nested primitive',
    patient({ contact: [{ name, gender: 'male' }] }),
    { type: 'replace', path: 'Patient.contact[0].gender', value: { valueCode: 'female' } },
    patient({ contact: [{ name, gender: 'female' }] }),
  ],
  [
    'delete the last of an object, and the object with it',
    patient({ contact: [{ name, gender: 'male' }] }),
    { type: 'delete', path: 'Patient.contact[0].name.text' },
    patient({ contact: [{ gender: 'male' }] }),
  ],
  [
    'delete the last of a list, and the list with it',
    patient({ contact: [{ name }] }),
    { type: 'delete', path: 'Patient.contact.name.text' },
    patient(),
  ],
  [
    'add a complex element',
    patient(),
    { type: 'add', path: 'Patient', name: 'maritalStatus', value: { valueCodeableConcept: { text: 'x' } } },
    patient({ maritalStatus: { text: 'x' } }),
  ],
  [
    'replace a complex element as a whole',
    patient({ maritalStatus: { id: '1', text: 'x' } }),
    { type: 'replace', path: 'Patient.maritalStatus', value: { valueCodeableConcept: { id: '2' } } },
    patient({ maritalStatus: { id: '2' } }),
  ],
  [
    'add to a list, at its end',
    patient({ identifier: [one] }),
    { type: 'add', path: 'Patient', name: 'identifier', value: { valueIdentifier: two } },
    patient({ identifier: [one, two] }),
  ],
  [
    'add an element of a type without a name, by its parts',
    patient(),
    {
      type: 'add',
      path: 'Patient',
      name: 'contact',
      value: {
        part: [
          { name: 'name', valueHumanName: name },
          { name: 'telecom', valueContactPoint: { value: '1' } },
          { name: 'telecom', valueContactPoint: { value: '2' } },
        ],
      },
    },
    patient({ contact: [{ name, telecom: [{ value: '1' }, { value: '2' }] }] }),
  ],
  [
    'insert at the front',
    listed,
    { type: 'insert', path: 'Patient.identifier', index: 0, value: { valueIdentifier: two } },
    patient({ identifier: [two, one, two, three] }),
  ],
  [
    'insert at the end',
    listed,
    { type: 'insert', path: 'Patient.identifier', index: 3, value: { valueIdentifier: one } },
    patient({ identifier: [one, two, three, one] }),
  ],
  [
    'insert into a list that is not there yet',
    patient(),
    { type: 'insert', path: 'Patient.identifier', index: 0, value: { valueIdentifier: one } },
    patient({ identifier: [one] }),
  ],
  [
    'move to the front',
    listed,
    { type: 'move', path: 'Patient.identifier', source: 2, destination: 0 },
    patient({ identifier: [three, one, two] }),
  ],
  [
    'move to the back',
    listed,
    { type: 'move', path: 'Patient.identifier', source: 0, destination: 2 },
    patient({ identifier: [two, three, one] }),
  ],
  [
    'delete from a list',
    listed,
    { type: 'delete', path: 'Patient.identifier[1]' },
    patient({ identifier: [one, three] }),
  ],
  [
    'select by criteria, whatever is quoted in them',
    patient({ identifier: [one, { system: "it's (", value: '2' }] }),
    { type: 'delete', path: "Patient.identifier.where(system = 'it\\'s (' and value.exists())" },
    patient({ identifier: [one] }),
  ],
  [
    'select the first and the last',
    listed,
    { type: 'delete', path: 'Patient.identifier.last()' },
    patient({ identifier: [one, two] }),
  ],
  [
    'select an extension',
    patient({ extension: [{ url: 'urn:a', valueString: 'x' }], active: true }),
    { type: 'delete', path: "Patient.extension('urn:a')" },
    patient({ active: true }),
  ],
  [
    'keep primitives of a list and what they have besides together',
    patient({ name: [{ given: ['a', 'b', 'c'], _given: [null, { id: 'b' }, null] }] }),
    { type: 'delete', path: 'Patient.name[0].given[0]' },
    patient({ name: [{ given: ['b', 'c'], _given: [{ id: 'b' }, null] }] }),
  ],
  [
    'select primitives of a list',
    patient({ name: [{ given: ['a', 'b'] }] }),
    { type: 'delete', path: "Patient.name.given.where($this = 'a')" },
    patient({ name: [{ given: ['b'] }] }),
  ],
  [
    'replace a choice of types by another type',
    observation({ valueString: 'x', _valueString: { id: 'v' } }),
    { type: 'replace', path: 'Observation.value', value: { valueInteger: 7 } },
    observation({ valueInteger: 7 }),
  ],
  [
    'add a choice of types',
    observation({}),
    { type: 'add', path: 'Observation', name: 'value', value: { valueBoolean: false } },
    observation({ valueBoolean: false }),
  ],
  [
    'select a choice by its type',
    observation({ valueQuantity: { unit: 'x', code: 'y' } }),
    { type: 'delete', path: 'Observation.value.ofType(Quantity).unit' },
    observation({ valueQuantity: { code: 'y' } }),
  ],
  [
    'change a contained resource',
    patient({ contained: [{ resourceType: 'Organization', id: 'o', name: 'x' }] }),
    { type: 'replace', path: "Patient.contained.where(id = 'o').name", value: { valueString: 'y' } },
    patient({ contained: [{ resourceType: 'Organization', id: 'o', name: 'y' }] }),
  ],
];

describe('FHIRPath Patch', () => {
  for (const [says, before, operation, after] of rows)
    it(`can ${says}`, () => deepEqual(patched(before, operation), after));

  it('applies its operations in their order', () => {
    const result = patched(
      listed,
      { type: 'delete', path: 'Patient.identifier[0]' },
      { type: 'delete', path: 'Patient.identifier[0]' },
      { type: 'add', path: 'Patient', name: 'active', value: { valueBoolean: true } },
    );
    deepEqual(result, patient({ active: true, identifier: [three] }));
  });

  it('leaves numbers spelled as they were, and brings its own as they are', () => {
    const resource = JSON.stringify(
      observation({ valueQuantity: { value: 7.5 }, component: [{ valueQuantity: { value: 1.5 } }] }),
    );
    const patch = parametersOf([
      { type: 'replace', path: 'Observation.value.value', value: { valueDecimal: 9.5 } },
      {
        type: 'insert',
        path: 'Observation.component',
        index: 0,
        value: { part: [{ name: 'value', valueQuantity: { value: 2.5 } }] },
      },
    ]);
    equal(
      applied(resource.replace('1.5', '1.00'), patch.replace('9.5', '9.50').replace('2.5', '2e0')),
      '{"component":[{"valueQuantity":{"value":2e0}},{"valueQuantity":{"value":1.00}}],"resourceType":"Observation","valueQuantity":{"value":9.50}}',
    );
  });

  it('says what is wrong with it, and with which operation', () => {
    const valueString = { valueString: 'x' };
    const faults: readonly (readonly ['malformed' | 'not-applicable', Operation])[] = [
      ['malformed', { type: 'brew', path: 'Patient' }],
      ['malformed', { type: 'delete', path: '' }],
      ['malformed', { type: 'delete', path: 'Patient.name | Patient.contact' }],
      ['malformed', { type: 'delete', path: 'Patient.name.where(' }],
      ['malformed', { type: 'delete', path: 'Patient.name.descendants()' }],
      ['malformed', { type: 'delete', path: 'Patient.identifier.where(+)' }],
      ['malformed', { type: 'delete', path: "Patient.identifier.where(value.matches('(a+)+$'))" }],
      ['malformed', { type: 'replace', path: 'Patient.active' }],
      ['malformed', { type: 'insert', path: 'Patient.identifier', value: { valueIdentifier: one } }],
      ['not-applicable', { type: 'delete', path: 'Patient' }],
      ['not-applicable', { type: 'delete', path: 'Patient.identifier' }],
      ['not-applicable', { type: 'replace', path: 'Patient.birthDate', value: { valueDate: '1930' } }],
      ['not-applicable', { type: 'replace', path: 'Patient.identifier', value: { valueIdentifier: one } }],
      ['not-applicable', { type: 'add', path: 'Patient', name: 'active', value: { valueBoolean: true } }],
      ['not-applicable', { type: 'add', path: 'Patient', name: 'mood', value: valueString }],
      ['not-applicable', { type: 'add', path: 'Patient', name: 'deceased', value: valueString }],
      ['not-applicable', { type: 'add', path: 'Patient', name: '__proto__', value: valueString }],
      ['not-applicable', { type: 'insert', path: 'Patient.identifier', index: 4, value: { valueIdentifier: one } }],
      ['not-applicable', { type: 'insert', path: 'Patient.active', index: 0, value: { valueBoolean: true } }],
      ['not-applicable', { type: 'move', path: 'Patient.identifier', source: 3, destination: 0 }],
      ['not-applicable', { type: 'move', path: 'Patient.identifier', source: 0, destination: 3 }],
    ];
    for (const [fault, operation] of faults) {
      const resource = patient({ active: true, identifier: [one, two, three] });
      const noop: Operation = { type: 'delete', path: 'Patient.birthDate' };
      try {
        patched(resource, noop, operation);
        ok(false, `${JSON.stringify(operation)} was applied`);
      } catch (error) {
        ok(error instanceof PatchError, `${JSON.stringify(operation)}: ${String(error)}`);
        deepEqual([error.fault, error.operation], [fault, 1], `${JSON.stringify(operation)}: ${error.message}`);
      }
    }
    const bad: readonly JsonValue[] = [
      { resourceType: 'Patient' },
      { resourceType: 'Parameters', parameter: [{ name: 'other', part: [] }] },
      { resourceType: 'Parameters', parameter: [{ name: 'operation' }] },
    ];
    for (const each of bad) {
      const { value, numbers } = parseJson(JSON.stringify(each));
      try {
        parseFhirPathPatch(value as object, numbers);
        ok(false);
      } catch (error) {
        ok(error instanceof PatchError && error.fault === 'malformed');
      }
    }
  });
});
