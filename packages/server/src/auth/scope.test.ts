import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Arbitrary, array, assert as check, constantFrom, property, record, subarray } from 'fast-check';
import {
  type Permission,
  type Scope,
  covers,
  formatScope,
  parseScope,
  parseScopes,
  permits,
  permitsErasure,
} from './scope.ts';

const scope: Arbitrary<Scope> = record({
  resourceType: constantFrom('*', 'Patient', 'Observation'),
  permissions: subarray(['c', 'r', 'u', 'd', 's'], { minLength: 1 }).map((letters) => letters.join('')),
});

describe('the scope to erase', () => {
  it('is covered by itself alone, and covers nothing else', () => {
    const [erasing, everything] = [parseScopes('chartseal/erase') ?? [], parseScopes('system/*.cruds') ?? []];
    assert.deepEqual(erasing.map(formatScope), ['chartseal/erase']);
    assert.equal(permitsErasure(erasing), true);
    assert.equal(permitsErasure(everything), false);
    for (const each of everything) assert.equal(covers(erasing, each), false);
    for (const each of erasing) assert.equal(covers(everything, each), false);
    assert.equal(permits(erasing, 'Patient', 'd'), false);
    for (const text of ['system/$erase.d', 'chartseal/erase.d', 'chartseal/*'])
      assert.equal(parseScopes(text), undefined, text);
  });
});

describe('SMART v2 scopes', () => {
  it('are read as they are written', () => {
    check(property(scope, (each) => assert.deepEqual(parseScope(formatScope(each)), { ...each })));
  });

  it('cover exactly what they permit', () => {
    check(
      property(array(scope), scope, (allowed, asked) => {
        const each = asked.permissions.split('') as Permission[];
        assert.equal(
          covers(allowed, asked),
          each.every((letter) => permits(allowed, asked.resourceType, letter)),
        );
      }),
    );
  });

  it('for every type are not covered by those for one type, but the other way round', () => {
    assert.equal(
      covers([{ resourceType: 'Patient', permissions: 'rs' }], { resourceType: '*', permissions: 'r' }),
      false,
    );
    assert.equal(
      covers([{ resourceType: '*', permissions: 'rs' }], { resourceType: 'Patient', permissions: 'r' }),
      true,
    );
  });

  it('are refused as a whole if one cannot be read', () => {
    const wrong = [
      '',
      ' ',
      'system/*.',
      'system/*.sr',
      'system/*.rr',
      'system/*.read',
      'system/*.*',
      'user/*.rs',
      'openid',
    ];
    const more = [
      'system/Spell.r',
      'system/patient.r',
      'system/Patient.r?category=x',
      'system/Patient.r\nsystem/*.cruds',
      'SYSTEM/*.rs',
    ];
    for (const text of [...wrong, ...more]) {
      assert.equal(parseScopes(text), undefined, text);
      assert.equal(parseScopes(`system/*.rs ${text || 'x'}`) === undefined, text.trim() !== '' || text === '', text);
    }
    assert.deepEqual(parseScopes('system/*.rs  system/*.rs'), [{ resourceType: '*', permissions: 'rs' }]);
  });
});
