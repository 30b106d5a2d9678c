import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { env } from 'node:process';
import { describe, it } from 'node:test';
import { readDefinitions } from '../definitions/official-files.ts';
import { expandValueSet } from './expand-value-set.ts';
import { terminologyFile } from './official-terminology.ts';
import { subsumed } from './subsumption.ts';
import { compileTerminology } from './testing/compile-terminology.ts';
import type { ValueSet } from './testing/compose.ts';

const v3 = 'http://terminology.hl7.org/CodeSystem/v3-';
const actReason = `${v3}ActReason`;
const codeSystem = 'http://terminology.hl7.org/CodeSystem';
const valueSet = 'http://hl7.org/fhir/ValueSet';

/** A system or set on a line of its own: a change can be read. */
const write = (terminology: object): string =>
  `{\n${Object.entries(terminology)
    .map(([name, items]) => {
      const lines = Object.entries(items as object).map(
        ([url, one]) => `${JSON.stringify(url)}:${JSON.stringify(one)}`,
      );
      return `"${name}":{\n${lines.join(',\n')}\n}`;
    })
    .join(',\n')}\n}\n`;

describe('the official terminology', () => {
  it('is what the definitions compile to (CHARTSEAL_WRITE_DEFINITIONS=1 writes it)', () => {
    const compiled = write(compileTerminology());
    if (env['CHARTSEAL_WRITE_DEFINITIONS'] === '1') writeFileSync(terminologyFile, compiled);
    assert.ok(readFileSync(terminologyFile, 'utf8') === compiled, 'official-terminology.json is not what compiles');
  });

  it('lists value sets: all of a system, some of its codes, what filters leave, other sets, all but some', () => {
    for (const [url, token, is] of [
      ['administrative-gender|4.0.1', 'http://hl7.org/fhir/administrative-gender|male', true],
      ['administrative-gender', 'http://hl7.org/fhir/administrative-gender|robot', false],
      // concept
      ['c80-practice-codes', 'http://snomed.info/sct|408467006', true],
      // is-a, by nesting and by `child`
      ['detectedissue-mitigation-action', `${v3}ActCode|_ActDetectedIssueManagementCode`, true],
      ['detectedissue-mitigation-action', `${v3}ActCode|EMAUTH`, true],
      ['detectedissue-mitigation-action', `${v3}ActCode|AMB`, false],
      // descendent-of
      ['inactive', `${v3}ActMood|_ActMoodPredicate`, false],
      ['inactive', `${v3}ActMood|GOL`, true],
      // is-not-a
      ['patient-contactrelationship', `${codeSystem}/v2-0131|O`, false],
      ['patient-contactrelationship', `${codeSystem}/v2-0131|C`, true],
      // other value sets
      ['security-labels', `${v3}Confidentiality|R`, true],
    ] as const)
      assert.equal(expandValueSet(`${valueSet}/${url}`)?.has(token), is, `${url} ${token}`);
    assert.ok(expandValueSet('http://terminology.hl7.org/ValueSet/v2-0203')?.has(`${codeSystem}/v2-0203|MR`));
  });

  it('takes out of each set what it excludes', () => {
    let excluded = 0;
    for (const { url, compose } of ['valuesets', 'v3-codesystems']
      .flatMap((file) => readDefinitions<ValueSet>(file))
      .filter(({ resourceType }) => resourceType === 'ValueSet'))
      for (const { system, concept } of compose?.exclude ?? [])
        for (const { code } of concept ?? []) {
          const found = expandValueSet(url)?.has(`${system}|${code}`);
          assert.notEqual(found, true, url);
          if (found === false) excluded += 1;
        }
    assert.ok(excluded > 0);
  });

  it('does not list what takes a terminology server, or is not known', () => {
    for (const url of ['condition-code', 'observation-codes', 'ucum-units', 'mimetypes', 'example-filter', 'none'])
      assert.equal(expandValueSet(`${valueSet}/${url}`), undefined, url);
    for (const url of ['', 'constructor', '__proto__']) assert.equal(expandValueSet(url), undefined, url);
  });

  it('knows what stands above and below a code', () => {
    for (const [system, code, direction, other, is] of [
      [actReason, 'ETREAT', 'above', 'TREAT', true],
      [actReason, 'ETREAT', 'above', 'PurposeOfUse', true],
      [actReason, 'TREAT', 'below', 'ETREAT', true],
      [actReason, 'TREAT', 'below', 'HPAYMT', false],
      [actReason, 'TREAT', 'below', 'PurposeOfUse', false],
      [`${codeSystem}/condition-clinical`, 'active', 'below', 'relapse', true],
      [`${v3}RoleCode`, 'FAMMEMB', 'below', 'NMTH', true],
      [`${v3}ObservationInterpretation`, 'A', 'below', 'HH', true],
    ] as const)
      assert.equal(subsumed(system, code, direction)?.includes(other), is, `${code} ${direction} ${other}`);
    assert.deepEqual(subsumed('http://hl7.org/fhir/administrative-gender', 'male', 'below'), ['male']);
  });

  it('knows no hierarchy of what the definitions do not carry whole', () => {
    assert.equal(subsumed(actReason, 'no-such', 'below'), undefined);
    for (const system of ['http://snomed.info/sct', `${codeSystem}/service-type`, 'constructor'])
      assert.equal(subsumed(system, '404684003', 'below'), undefined);
  });
});
