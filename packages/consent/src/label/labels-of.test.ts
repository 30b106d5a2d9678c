import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { confidentiality, observation, sensitivity, told } from '../testing/consents.ts';
import { labelsOf } from './labels-of.ts';
import { builtInValueSets } from './value-sets.ts';

const snomed = 'http://snomed.info/sct';
const loinc = 'http://loinc.org';
const rxnorm = 'http://www.nlm.nih.gov/research/umls/rxnorm';
const icd = 'http://hl7.org/fhir/sid/icd-10-cm';

const sensitive = [
  ['HIV', snomed, '86406008 315124004 313660005'],
  ['ETH', snomed, '10939881000119105 361055000'],
  ['SDV', snomed, '706893006 424393004'],
  ['PSY', snomed, '192127007 80583007'],
  ['HIV', rxnorm, '1433873 476556'],
  ['PSY', rxnorm, '608139'],
  ['HIV', loinc, '20447-9 24467-3'],
  ['PSY', loinc, '44249-1 44261-6 55757-9 55758-7 69737-5 70274-6'],
  ['ETH', loinc, '72109-2 75626-2 82666-9 82667-7'],
  ['SDV', loinc, '76499-3 76504-0'],
  ['ETH', icd, 'F10.20 F17.210 F19.9'],
  ['HIV', icd, 'B20 Z21'],
  ['PSY', icd, 'F20.0 F32.9 F55.0 F64.0 F84.0 F90.1 F99'],
] as const;

describe('B10 what the sample records are coded with is labelled', () => {
  for (const [label, system, codes] of sensitive)
    it(`${label} in ${system}`, () => {
      for (const code of codes.split(' ')) {
        const claim = { resourceType: 'Claim', item: [{ productOrService: { coding: [{ system, code }] } }] };
        for (const resource of [claim, { resourceType: 'List', contained: [claim] }]) {
          const labels = labelsOf(resource, builtInValueSets);
          assert.ok(labels.kind === 'labelled' && labels.sensitivities.includes(label), code);
          assert.equal(labels.confidentiality, 'R');
        }
      }
    });
});

describe('B10 free text cannot be labelled by codes', () => {
  const subject = { reference: 'Patient/p1' };
  const attachment = { contentType: 'text/plain', data: 'YQ==' };
  const report = { resourceType: 'DiagnosticReport', id: 'd', subject, presentedForm: [attachment] };
  const texts = [
    report,
    { resourceType: 'DocumentReference', content: [{ attachment: { url: 'Binary/1' } }] },
    { resourceType: 'Communication', payload: [{ contentAttachment: attachment }] },
    { resourceType: 'Media', content: attachment },
    { resourceType: 'Binary', contentType: 'text/plain' },
    { resourceType: 'List', contained: [report] },
    { resourceType: 'Patient', photo: [{ contentType: 'application/pdf', data: 'YQ==' }] },
  ];
  it('is unlabelled wherever it lies', () => {
    for (const text of texts) assert.deepEqual(labelsOf(text, builtInValueSets), { kind: 'unlabelled' });
  });

  it('leaves data that are no text alone', () => {
    for (const plain of [
      { ...observation, valueSampledData: { data: '1 2 3' } },
      { resourceType: 'DiagnosticReport', presentedForm: [{ title: 'x' }] },
      { resourceType: 'Patient', photo: [{ contentType: 'image/png', data: 'YQ==' }] },
      { resourceType: 'Provenance', signature: [{ data: 'YQ==' }] },
    ])
      assert.equal(labelsOf(plain, builtInValueSets).kind, 'labelled');
  });

  it('is denied by any sensitivity code, and permitted under a label only by V', () => {
    const rule = (type: string, ...securityLabel: object[]) => ({
      provision: { type, ...(securityLabel.length === 0 ? {} : { securityLabel }) },
    });
    for (const code of ['HIV', 'ETH', 'PSY', 'SDV', 'SICKLE'])
      assert.equal(told([rule('permit'), rule('deny', sensitivity(code))], {}, report), 'denied-by-consent');
    assert.equal(told([rule('permit')], {}, report), 'permit');
    assert.equal(told([rule('permit', confidentiality('R'))], {}, report), 'no-consent');
    assert.equal(told([rule('permit', sensitivity('HIV'))], {}, report), 'no-consent');
    assert.equal(told([rule('permit', confidentiality('V'))], {}, report), 'permit');
  });
});
