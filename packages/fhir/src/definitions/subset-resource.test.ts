import { deepEqual } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { subsetResource, type Subset } from './subset-resource.ts';

const document = () => ({
  resourceType: 'DocumentReference',
  id: 'd',
  meta: { versionId: '1' },
  text: { status: 'generated', div: '<div/>' },
  contained: [{ resourceType: 'Patient', id: 'p' }],
  modifierExtension: [{ url: 'urn:m', valueDecimal: 1 }],
  status: 'current',
  docStatus: 'final',
  category: [{ text: 'c' }],
  content: [
    {
      attachment: { contentType: 'text/plain', data: 'eA==', title: 't' },
      extension: [{ url: 'urn:x', valueString: 'y' }],
    },
  ],
  context: { sourcePatientInfo: { reference: 'Patient/p' } },
});

const observation = () => ({
  resourceType: 'Observation',
  id: 'o',
  implicitRules: 'urn:r',
  status: 'final',
  _status: { id: 's' },
  code: { text: 'x' },
  valueQuantity: { value: 1 },
  note: [{ text: 'n' }],
  component: [{ code: { text: 'c' }, valueInteger: 2, interpretation: [{ text: 'i' }] }],
});

const keys = (value: object): readonly string[] => Object.keys(value).sort();

describe('a subset of a resource', () => {
  const rows: readonly (readonly [string, () => { resourceType: string }, Subset, readonly string[]])[] = [
    [
      'text and what is mandatory',
      document,
      { keep: 'text' },
      ['content', 'id', 'meta', 'resourceType', 'status', 'text'],
    ],
    [
      'data: all but the text',
      document,
      { keep: 'data' },
      [
        'category',
        'contained',
        'content',
        'context',
        'docStatus',
        'id',
        'meta',
        'modifierExtension',
        'resourceType',
        'status',
      ],
    ],
    [
      'summary',
      document,
      { keep: 'summary' },
      ['category', 'content', 'docStatus', 'id', 'meta', 'modifierExtension', 'resourceType', 'status'],
    ],
    [
      'elements, with what is mandatory and what changes the meaning',
      observation,
      { keep: 'elements', elements: ['value', 'Patient.name', 'Observation.note'] },
      ['_status', 'code', 'id', 'implicitRules', 'note', 'resourceType', 'status', 'valueQuantity'],
    ],
  ];
  for (const [name, resource, subset, expected] of rows)
    it(name, () => {
      const subject = resource();
      subsetResource(subject, subset);
      deepEqual(keys(subject), expected);
    });

  it('goes down in a summary: into nested elements and data types', () => {
    const one = document();
    subsetResource(one, { keep: 'summary' });
    deepEqual(one.content, [{ attachment: { contentType: 'text/plain', title: 't' } }]);
    const other = observation();
    subsetResource(other, { keep: 'summary' });
    deepEqual(other.component, [{ code: { text: 'c' }, valueInteger: 2 }]);
  });
});
