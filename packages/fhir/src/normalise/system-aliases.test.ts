import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { env } from 'node:process';
import { describe, it } from 'node:test';
import { furtherCodeSystems } from './alias-table.ts';
import { canonicalCodeSystem, canonicalIdentifierSystem } from './canonical-system.ts';
import { officialAliases } from './testing/official-aliases.ts';

const file = new URL('official-aliases.json', import.meta.url);
const table = officialAliases();

/** A system on a line of its own: a change can be read. */
const written = `{\n${Object.entries(table)
  .map(([name, systems]) => {
    const lines = Object.entries(systems).map(([key, values]) => `${JSON.stringify(key)}:${JSON.stringify(values)}`);
    return `"${name}":{\n${lines.join(',\n')}\n}`;
  })
  .join(',\n')}\n}\n`;

const terminology = 'http://terminology.hl7.org/CodeSystem';

describe('the table of aliases', () => {
  it('is what the definitions say (CHARTSEAL_WRITE_ALIASES=1 writes it)', () => {
    if (env['CHARTSEAL_WRITE_ALIASES'] === '1') writeFileSync(file, written);
    assert.ok(readFileSync(file, 'utf8') === written, 'official-aliases.json is not what the definitions say');
  });

  it('leads each alias to its system, and a canonical URL nowhere', () => {
    const overruled = new Set(Object.values(furtherCodeSystems).flat());
    for (const [canonical, aliases] of Object.entries(table.codeSystems)) {
      assert.equal(canonicalCodeSystem(canonical, 'x'), undefined, canonical);
      for (const alias of aliases)
        if (!overruled.has(alias)) assert.equal(canonicalCodeSystem(alias, 'x'), canonical, alias);
    }
    for (const [canonical, aliases] of Object.entries(furtherCodeSystems))
      for (const alias of aliases) assert.equal(canonicalCodeSystem(alias, 'x'), canonical, alias);
    for (const [canonical, aliases] of Object.entries(table.identifierSystems)) {
      assert.equal(canonicalIdentifierSystem(canonical), undefined, canonical);
      for (const alias of aliases) assert.equal(canonicalIdentifierSystem(alias), canonical, alias);
    }
  });

  it('knows the systems that hospitals send', () => {
    for (const [alias, canonical] of [
      ['urn:oid:2.16.840.1.113883.6.1', 'http://loinc.org'],
      ['2.16.840.1.113883.6.1', 'http://loinc.org'],
      ['URN:OID:2.16.840.1.113883.6.1', 'http://loinc.org'],
      ['http://loinc.org/', 'http://loinc.org'],
      ['https://LOINC.org', 'http://loinc.org'],
      ['http://www.loinc.org/', 'http://loinc.org'],
      ['http://snomed.info/sct/', 'http://snomed.info/sct'],
      ['http://snomed.info/sct/731000124108/version/20200901', 'http://snomed.info/sct'],
      ['urn:oid:2.16.840.1.113883.6.96', 'http://snomed.info/sct'],
      ['urn:oid:2.16.840.1.113883.6.88', 'http://www.nlm.nih.gov/research/umls/rxnorm'],
      ['urn:oid:2.16.840.1.113883.6.90', 'http://hl7.org/fhir/sid/icd-10-cm'],
      ['urn:oid:2.16.840.1.113883.6.3', 'http://hl7.org/fhir/sid/icd-10'],
      ['urn:oid:2.16.840.1.113883.6.103', 'http://hl7.org/fhir/sid/icd-9-cm'],
      ['urn:oid:2.16.840.1.113883.12.292', 'http://hl7.org/fhir/sid/cvx'],
      ['urn:oid:2.16.840.1.113883.6.69', 'http://hl7.org/fhir/sid/ndc'],
      ['urn:oid:2.16.840.1.113883.6.12', 'http://www.ama-assn.org/go/cpt'],
      ['urn:oid:2.16.840.1.113883.6.8', 'http://unitsofmeasure.org'],
      ['urn:oid:1.0.3166.1.2.2', 'urn:iso:std:iso:3166'],
      ['urn:oid:2.16.840.1.113883.6.121', 'urn:ietf:bcp:47'],
      ['urn:oid:2.16.840.1.113883.5.8', `${terminology}/v3-ActReason`],
      ['http://hl7.org/fhir/v3/ActReason', `${terminology}/v3-ActReason`],
      ['http://hl7.org/fhir/v2/0203', `${terminology}/v2-0203`],
      ['urn:oid:2.16.840.1.113883.12.203', `${terminology}/v2-0203`],
      ['http://hl7.org/fhir/condition-clinical', `${terminology}/condition-clinical`],
    ] as const)
      assert.equal(canonicalCodeSystem(alias, 'x'), canonical, alias);
    assert.equal(canonicalIdentifierSystem('urn:oid:2.16.840.1.113883.4.1'), 'http://hl7.org/fhir/sid/us-ssn');
    assert.equal(canonicalIdentifierSystem('urn:oid:2.16.840.1.113883.4.6'), 'http://hl7.org/fhir/sid/us-npi');
  });

  it('says nothing of what it does not know for sure', () => {
    for (const system of [
      '',
      'urn:oid:1.2.3',
      'http://loinc.org/x',
      `http://loinc.org${'/'.repeat(200_000)}x`,
      'http://hospital.example/codes/',
      'http://snomed.info/sctx',
      'http://snomed.info/sct/1/2',
      'urn:uuid:7f1b4d8e-3a86-4a05-9d0a-4a7a2c1f7d10',
      // US Core's own canonical URL of race and ethnicity is an OID.
      'urn:oid:2.16.840.1.113883.6.238',
      'constructor',
      '__proto__',
    ])
      assert.equal(canonicalCodeSystem(system, 'x'), undefined, system);
    // R4 took the code away when it moved the code system.
    assert.equal(canonicalCodeSystem('http://hl7.org/fhir/condition-ver-status', 'unknown'), undefined);
    assert.ok(canonicalCodeSystem('http://hl7.org/fhir/condition-ver-status', 'confirmed') !== undefined);
    // The numbers of people are not codes.
    assert.equal(canonicalCodeSystem('urn:oid:2.16.840.1.113883.4.1', 'x'), undefined);
  });
});
