import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JsonValue } from '@chartseal/fhir';
import type { LedgerReceipt, StoredVersion } from '@chartseal/ports';
import { other, own } from '../testing/world.ts';
import { resourceAnswer, type Answer } from './answer.ts';
import { historyAnswer, searchsetAnswer } from './bundle.ts';
import type { Permit } from './decision.ts';
import { bundleLabels } from './labels.ts';
import { proofAnswer } from './proof-answer.ts';
import { redactReferences, type WithheldReferences } from './redact-references.ts';
import { releaseSubset, releaseToOwn, releaseUnder } from './released.ts';

const none: ReadonlySet<string> = new Set();
const version: StoredVersion = {
  resourceType: 'Observation',
  id: 'o',
  versionId: 1,
  lastUpdated: '2026-01-01T00:00:00.000Z',
  state: 'content',
  content: '{"id":"o","resourceType":"Observation","valueQuantity":{"value":1.10}}',
  handle: 'h',
  commitmentKey: new Uint8Array(32),
  commitment: new Uint8Array(32),
  log: 'records',
};
const permit: Permit = {
  effect: 'permit',
  key: { resourceType: 'Observation', id: 'o' },
  versionId: 1,
  reason: 'consent',
  basis: [],
  height: 1,
  patients: ['p'],
  obligations: [],
};
const nothing: WithheldReferences = { fhirBaseUrl: 'http://here/fhir', keys: none, logical: none, narrative: 'shown' };
const noRedisclosure = { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'NORDSCLCD' };

describe('the one way out', () => {
  it('does not compile around', () => {
    const lookalike = { text: version.content, version, form: 'whole' as const, labels: [] };
    const bypasses = (): readonly unknown[] => [
      // @ts-expect-error what was not released is no Released, however much it looks like one
      resourceAnswer(lookalike),
      // @ts-expect-error nor is a stored version
      historyAnswer('', [version], [], undefined),
      // @ts-expect-error nor is an answer what no builder made
      ((answer: Answer) => answer)({ head: { status: 200, contentType: 'x' }, body: version.content }),
    ];
    assert.equal(typeof bypasses, 'function');
  });

  it('C6 takes a decision for its own version only, and no bypass for others', () => {
    assert.throws(() => releaseUnder({ ...permit, versionId: 2 }, version, nothing));
    assert.throws(() => releaseUnder({ ...permit, key: { ...permit.key, id: 'x' } }, version, nothing));
    assert.throws(() => releaseToOwn(other, version));
    assert.equal(releaseToOwn(own, version).text, version.content);
  });

  it('tells the recipient of obligations, keeping numbers to the digit', () => {
    const released = releaseUnder({ ...permit, obligations: [noRedisclosure] }, version, nothing);
    assert.match(released.text, /"value":1\.10/);
    assert.deepEqual(JSON.parse(released.text).meta.security, [noRedisclosure]);
    assert.equal(released.form, 'whole');
    const bundle = JSON.parse(
      searchsetAnswer('', { matches: [released], included: [], links: [], total: undefined }).body,
    );
    assert.deepEqual(bundle.meta.security, [noRedisclosure]);
  });

  it('C8 proves the bytes that were committed to, and tells of obligations beside them', () => {
    const receipt: LedgerReceipt = { type: 'embedded', blockNumber: 1 };
    const made = { network: 'n', proof: '', receipt };
    const { head, body } = proofAnswer(
      releaseUnder({ ...permit, obligations: [noRedisclosure] }, version, nothing),
      made,
    );
    assert.deepEqual(head.obligations, [noRedisclosure]);
    assert.equal(Buffer.from(JSON.parse(body).resource, 'base64').toString(), version.content);
    const subset = releaseSubset(releaseUnder(permit, version, nothing), { keep: 'data' });
    assert.throws(() => proofAnswer(subset, made));
  });

  it('C9 labels that reveal by existing never stand on a Bundle', () => {
    const revealing = ['MASK', 'NODSCLCD'].map((code) => ({ system: noRedisclosure.system, code }));
    assert.deepEqual(bundleLabels([...revealing, noRedisclosure, noRedisclosure]), [noRedisclosure]);
  });

  it('C8 redacts at any depth, relative or absolute, versioned or not', () => {
    const withheld = { ...nothing, keys: new Set(['Patient/q']) };
    for (const reference of ['Patient/q', 'http://here/fhir/Patient/q', 'Patient/q/_history/3']) {
      const resource: JsonValue = {
        a: [{ contained: [{ b: { reference, display: 'Q', identifier: { value: '1' } } }] }],
      };
      assert.equal(redactReferences(resource, withheld), 'subsetted');
      assert.ok(!/display|identifier/.test(JSON.stringify(resource)));
    }
    const many: JsonValue = Array.from({ length: 200_000 }, () => 1);
    assert.equal(redactReferences(many, withheld), 'whole');
    const elsewhere: JsonValue = { reference: 'http://there/fhir/Patient/q', display: 'Q' };
    assert.equal(redactReferences(elsewhere, withheld), 'whole');
  });
});
