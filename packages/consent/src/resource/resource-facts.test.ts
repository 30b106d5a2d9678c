import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { builtInValueSets } from '../label/value-sets.ts';
import { observation } from '../testing/consents.ts';
import { factsOf, type ResourceFacts } from './resource-facts.ts';

type Resource = Readonly<Record<string, unknown>> & { readonly resourceType: string };

const facts = (resource: Resource): ResourceFacts => factsOf(resource, { valueSets: builtInValueSets });
const here = (id: string) => ({ reference: `Patient/${id}` });
const local = (id: string) => ({ kind: 'local' as const, id });
const coded = (code: string) => ({ coding: [{ system: 'http://hl7.org/fhir/sid/icd-10-cm', code }] });
const hiv = { resourceType: 'Condition', id: 'c', subject: here('p2'), code: coded('B20') };

describe('B11 whose record a resource is', () => {
  const subjects: readonly (readonly [string, Resource, ResourceFacts['subjects']])[] = [
    ['what is contained shares its container’s fate', { ...observation, contained: [hiv] }, [local('p1')]],
    ['whoever it is about beside its subject has no say', { ...observation, focus: [here('p2')] }, [local('p1')]],
    ['nor whoever performed it', { ...observation, performer: [here('p2')] }, [local('p1')]],
    [
      'nor whoever pays',
      { resourceType: 'Coverage', status: 'active', beneficiary: here('p1'), payor: [here('p2')] },
      [local('p1')],
    ],
    [
      'an author who is a patient has',
      { resourceType: 'Composition', subject: here('p1'), author: [here('p2')] },
      [local('p1'), local('p2')],
    ],
    [
      'every member of a Group',
      { resourceType: 'Group', member: [{ entity: here('p1') }, { entity: here('p2') }] },
      [local('p1'), local('p2')],
    ],
    ['a relative is a record of the patient', { resourceType: 'RelatedPerson', patient: here('p1') }, [local('p1')]],
    [
      'a type outside the compartment, by any element that may point to a Patient',
      {
        resourceType: 'Contract',
        subject: [here('p1')],
        signer: [{ party: here('p2') }, { party: { reference: 'Organization/o' } }],
      },
      [local('p1'), local('p2')],
    ],
    ['a Binary by its securityContext', { resourceType: 'Binary', securityContext: here('p1') }, [local('p1')]],
    ['a Binary without one, by nothing of its own', { resourceType: 'Binary', contentType: 'text/plain' }, []],
    ['nobody’s', { resourceType: 'Practitioner', id: 'x' }, []],
  ];
  for (const [what, resource, expected] of subjects)
    it(what, () => assert.deepEqual(facts(resource).subjects, expected));
});

describe('B11 what a record tells', () => {
  const tells = (resource: Resource): unknown => {
    const { labels } = facts(resource);
    return labels.kind === 'labelled' ? [labels.confidentiality, ...labels.sensitivities] : labels.kind;
  };
  const meta = (code: string) => ({
    security: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality', code }],
  });

  it('what is contained adds its labels', () => {
    assert.deepEqual(tells(observation), ['N']);
    assert.deepEqual(tells({ ...observation, contained: [hiv] }), ['R', 'HIV']);
    assert.deepEqual(tells({ ...observation, contained: [{ resourceType: 'Group', meta: meta('V') }] }), ['V']);
    assert.deepEqual(tells({ resourceType: 'Binary', contentType: 'text/plain' }), 'unlabelled');
  });

  it('a document is decided entry by entry, each with what the document is and says', () => {
    const composition = { resourceType: 'Composition', id: 'k', subject: here('p1'), type: coded('x') };
    const organization = { resourceType: 'Organization', id: 'o' };
    const { entries = [], subjects } = facts({
      resourceType: 'Bundle',
      id: 'b',
      type: 'document',
      meta: meta('R'),
      entry: [composition, observation, hiv, organization].map((resource) => ({ resource })),
    });
    assert.deepEqual(subjects, [local('p1'), local('p2')]);
    assert.deepEqual(
      entries.map((entry) => entry.subjects),
      [[local('p1')], [local('p1')], [local('p2')], [local('p1'), local('p2')]],
    );
    for (const { types, instances, documentTypes, labels } of entries) {
      assert.ok(types.includes('Bundle') && instances.includes('Bundle/b'));
      assert.equal(documentTypes.at(-1)?.code, 'x');
      assert.equal(labels.kind === 'labelled' && labels.confidentiality, 'R');
    }
  });

  it('B6 an appointment lasts until it ends', () => {
    const [start, end] = ['2026-06-15T11:00:00Z', '2026-06-15T13:00:00Z'];
    assert.deepEqual(facts({ resourceType: 'Appointment', start, end }).clinicalInterval, {
      start: Date.parse(start),
      end: Date.parse(end) + 1000,
    });
    assert.equal(facts({ resourceType: 'Appointment', status: 'proposed' }).clinicalInterval, undefined);
  });
});
