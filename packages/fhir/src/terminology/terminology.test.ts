import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { expandValueSet } from './expand-value-set.ts';
import { subsumed } from './subsumption.ts';

const actReason = 'http://terminology.hl7.org/CodeSystem/v3-ActReason';

describe('the official terminology', () => {
  it('lists a value set', () => {
    const found = expandValueSet('http://hl7.org/fhir/ValueSet/administrative-gender|4.0.1');
    assert.ok(found?.has('http://hl7.org/fhir/administrative-gender|male'));
    assert.equal(expandValueSet('http://example.org/none'), undefined);
  });

  it('knows what stands above and below a code', () => {
    assert.ok(subsumed(actReason, 'ETREAT', 'above')?.includes('TREAT'));
    assert.ok(subsumed(actReason, 'TREAT', 'below')?.includes('ETREAT'));
    assert.deepEqual(subsumed('http://hl7.org/fhir/administrative-gender', 'male', 'below'), ['male']);
    assert.ok(
      subsumed('http://terminology.hl7.org/CodeSystem/condition-clinical', 'active', 'below')?.includes('relapse'),
    );
    assert.equal(subsumed(actReason, 'no-such', 'below'), undefined);
    assert.equal(subsumed('http://snomed.info/sct', '404684003', 'below'), undefined);
  });
});
