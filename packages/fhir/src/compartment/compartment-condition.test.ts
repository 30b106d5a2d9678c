import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { resourceTypes } from '../definitions/resource-types.ts';
import { searchParameter } from '../search/search-parameter.ts';
import { compartmentCondition } from './compartment-condition.ts';
import { compartmentMembers, compartmentTypes } from './compartment-definitions.ts';

const folder = new URL('.', import.meta.resolve('hl7.fhir.r4.examples/package.json'));
type Official = { readonly code: string; readonly resource: { readonly code: string; readonly param?: string[] }[] };

describe('a compartment', () => {
  it('has the members that its official definition names', () => {
    for (const compartment of compartmentTypes) {
      const file = `CompartmentDefinition-${compartment.charAt(0).toLowerCase()}${compartment.slice(1)}.json`;
      const { code, resource } = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Official;
      const members = resource.flatMap(({ code: type, param }) =>
        param === undefined ? [] : [[type, [...new Set(param)]]],
      );
      assert.deepEqual([...(compartmentMembers(code) ?? [])], members);
    }
  });

  it('is asked for by references alone, and by the id of what it is the compartment of', () => {
    for (const compartment of compartmentTypes)
      for (const [type, parameters] of compartmentMembers(compartment) ?? [])
        for (const parameter of parameters)
          if (parameter !== '{def}')
            assert.equal(searchParameter(type, parameter)?.type, 'reference', `${type}.${parameter}`);
    assert.deepEqual(compartmentCondition('Encounter', '1', 'Encounter'), {
      kind: 'any',
      of: [{ kind: 'id', anyOf: ['1'] }],
    });
    assert.deepEqual(compartmentCondition('Patient', '1', 'Goal'), {
      kind: 'any',
      of: [
        { kind: 'reference', code: 'patient', anyOf: [{ match: 'resource', targetType: 'Patient', targetId: '1' }] },
      ],
    });
    assert.equal(compartmentCondition('Patient', '1', 'Substance'), undefined);
    assert.ok(resourceTypes.every((type) => compartmentCondition('Substance', '1', type) === undefined));
  });
});
