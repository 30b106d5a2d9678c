import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { isKind } from '@chartseal/ports';
import { openValueSets } from './label-value-sets.ts';

const icd = 'http://hl7.org/fhir/sid/icd-10-cm';
const own = { label: 'HIV', source: 'the hospital', version: '7', include: [{ system: icd, codes: ['Q99.9'] }] };

describe('B10 value sets of the hospital’s own', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'chartseal-labels-'));
  });
  afterEach(() => rm(folder, { recursive: true }));
  const write = (name: string, content: string) => writeFile(join(folder, name), content);

  it('stand in place of the release’s for the labels that they name, and of no other', async () => {
    await write('hiv.json', JSON.stringify(own));
    await write('README.md', 'not read');
    const valueSets = await openValueSets(folder);
    assert.deepEqual(valueSets.sensitivitiesOf(icd, 'Q99.9'), ['HIV']);
    assert.deepEqual(valueSets.sensitivitiesOf(icd, 'B20'), []);
    assert.deepEqual(valueSets.sensitivitiesOf(icd, 'F20.0'), ['PSY']);
  });

  it('are the release’s where no folder is named', async () => {
    assert.deepEqual((await openValueSets(undefined)).sensitivitiesOf(icd, 'B20'), ['HIV']);
  });

  const faults: readonly (readonly [string, () => Promise<void>, RegExp])[] = [
    ['no file', async () => {}, /holds no \.json file/],
    ['no JSON', () => write('a.json', '{'), /a\.json cannot be read as JSON/],
    [
      'an unknown label',
      () => write('b.json', JSON.stringify({ ...own, label: 'NOPE' })),
      /b\.json: label is no sensitivity code/,
    ],
    [
      'a code that is no text',
      () => write('c.json', JSON.stringify({ ...own, include: [{ system: icd, codes: ['B20', 20] }] })),
      /c\.json: include\[0\]\.codes\[1\] must be a text/,
    ],
  ];
  for (const [what, prepare, message] of faults)
    it(`stop the start by name: ${what}`, async () => {
      await prepare();
      await assert.rejects(openValueSets(folder), (error: unknown) => {
        assert.ok(isKind(error, 'misconfigured'));
        assert.match(String(error), message);
        return true;
      });
    });
});
