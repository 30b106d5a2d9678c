import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { env } from 'node:process';
import { describe, it } from 'node:test';
import { compactFile, loadDefinitions } from './definitions.ts';
import { compileDefinitions } from './testing/compile-definitions.ts';

/** A list's item on a line of its own: a change can be read. */
const write = (definitions: object): string =>
  `{\n${Object.entries(definitions)
    .map(([name, items]) => `"${name}":[\n${(items as unknown[]).map((item) => JSON.stringify(item)).join(',\n')}\n]`)
    .join(',\n')}\n}\n`;

describe('the compact definitions', () => {
  it('are those that the official ones compile to (CHARTSEAL_WRITE_DEFINITIONS=1 writes them)', () => {
    const compiled = write(compileDefinitions());
    if (env['CHARTSEAL_WRITE_DEFINITIONS'] === '1') writeFileSync(compactFile, compiled);
    assert.ok(readFileSync(compactFile, 'utf8') === compiled, 'r4-definitions.json is not what compiles');
  });

  it('know types, nested elements, choices, codes and targets', () => {
    const { types } = loadDefinitions();
    const observation = types.get('Observation');
    assert.deepEqual(observation?.members.get('value')?.slice(0, 2), ['valueQuantity', 'valueCodeableConcept']);
    assert.ok(observation?.properties.get('status')?.codes?.tokens.has('http://hl7.org/fhir/observation-status|final'));
    assert.ok(observation?.properties.get('subject')?.targets?.has('Patient'));
    assert.ok(observation?.marked.summary.has('code') && observation.marked.modifier.has('status'));
    assert.ok(types.get('PatientContact')?.properties.get('name')?.type === 'HumanName');
    assert.equal(types.get('Robot'), undefined);
  });
});
