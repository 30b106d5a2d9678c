import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { canonicalJson } from '../json/canonical.ts';
import { parseJson } from '../json/parse.ts';
import { everyReference } from './every-reference.ts';
import { normaliseReferences, rewriting, signedTargets } from './normalise-references.ts';
import { parseReference } from './parse-reference.ts';
import { visitReferences } from './visit-references.ts';

const base = 'https://a.example/fhir';
const signature = { type: [{ code: 'x' }], when: '2020-01-01T00:00:00Z', who: { display: 'x' }, data: 'YWJj' };

describe('parseReference', () => {
  it('tells the forms apart', () => {
    for (const [reference, expected] of [
      ['Patient/1', { kind: 'relative', type: 'Patient', id: '1' }],
      ['Patient/1/_history/2', { kind: 'relative', type: 'Patient', id: '1', version: '2' }],
      [`${base}/Patient/1`, { kind: 'local-absolute', type: 'Patient', id: '1' }],
      [`${base}x/Patient/1`, { kind: 'foreign', url: `${base}x/Patient/1` }],
      [`${base}/Robot/1`, { kind: 'foreign', url: `${base}/Robot/1` }],
      ['https://b.example/fhir/Patient/1', { kind: 'foreign', url: 'https://b.example/fhir/Patient/1' }],
      ['#a', { kind: 'fragment', id: 'a' }],
      ['urn:uuid:1', { kind: 'urn', urn: 'urn:uuid:1' }],
      ['Practitioner?identifier=a|b', { kind: 'conditional', type: 'Practitioner', query: 'identifier=a|b' }],
      ...[
        '',
        'Patient',
        'Patient/',
        'Patient/a b',
        'Robot/1',
        '/Patient/1',
        '../Patient/1',
        'Patient/1/2',
        'Robot?a=b',
        'Patient?',
      ].map((malformed) => [malformed, { kind: 'malformed' }] as const),
    ] as const)
      assert.deepEqual(parseReference(reference, base), expected, reference);
    assert.deepEqual(parseReference(`${base}/Patient/1`, `${base}/`).kind, 'local-absolute');
  });
});

describe('visitReferences', () => {
  it('shows each place that a transaction rewrites, to be changed in place', () => {
    const { value, numbers } = parseJson(`{"resourceType":"Observation","instantiatesUri":["urn:uuid:x"],
      "valueQuantity":{"value":1.10},"subject":{"reference":"urn:uuid:1","identifier":{"system":"urn:uuid:1"}},
      "hasMember":[{"reference":"urn:uuid:2"}],"_status":{"extension":[{"url":"http://x","valueUrl":"urn:uuid:3"}]},
      "extension":[{"url":"http://x","valueCanonical":"urn:uuid:no"},{"url":"http://x","valueReference":{"reference":"urn:uuid:4"}}],
      "contained":[{"resourceType":"DocumentReference","content":[{"attachment":{"url":"urn:uuid:5"}}]}],
      "note":[{"text":"urn:uuid:no"}]}`);
    const seen: string[] = [];
    visitReferences(value as object, ({ kind, container, key, value: found }) => {
      if (!found.startsWith('urn:uuid:')) return;
      seen.push(`${kind} ${found.slice(9)}`);
      (container as Record<string | number, unknown>)[key] = `Patient/${found.slice(9)}`;
    });
    assert.deepEqual(seen.sort(), ['reference 1', 'reference 2', 'reference 4', 'uri 1', 'uri 3', 'uri 5'].sort());
    const written = canonicalJson(value, numbers);
    assert.ok(written.includes('"value":1.10') && written.includes('"reference":"Patient/2"'));
    assert.equal(written.match(/urn:uuid/g)?.length, 3);
  });

  it('leaves entries of a Bundle to the caller, unless asked', () => {
    const bundle = {
      resourceType: 'Bundle',
      entry: [{ resource: { resourceType: 'Flag', subject: { reference: 'Patient/1' } } }],
    };
    let sites = 0;
    visitReferences(bundle, () => (sites += 1));
    assert.equal(sites, 0);
    visitReferences(bundle, () => (sites += 1), 'visit');
    assert.equal(sites, 1);
  });
});

describe('normaliseReferences', () => {
  const flag = (reference: string): { resourceType: string; subject: { reference: string } } => ({
    resourceType: 'Flag',
    subject: { reference },
  });

  it('makes references that point here relative, and nothing else', () => {
    for (const [from, to] of [
      [`${base}/Patient/1`, 'Patient/1'],
      [`${base}/Patient/1/_history/3`, 'Patient/1/_history/3'],
      ['https://b.example/fhir/Patient/1', 'https://b.example/fhir/Patient/1'],
      ['#a', '#a'],
    ] as const) {
      const resource = flag(from);
      normaliseReferences(resource, base);
      assert.equal(resource.subject.reference, to);
    }
    const other = {
      resourceType: 'Patient',
      photo: [{ url: `${base}/Binary/1` }],
      meta: { profile: [`${base}/StructureDefinition/1`] },
      contained: [flag(`${base}/Patient/1`)],
    };
    normaliseReferences(other, base);
    assert.equal(other.photo[0]?.url, `${base}/Binary/1`);
    assert.equal(other.meta.profile[0], `${base}/StructureDefinition/1`);
    assert.equal(other.contained[0]?.subject.reference, 'Patient/1');
  });

  it('keeps documents, Binaries and what is signed', () => {
    const entry = [{ fullUrl: `${base}/Flag/1`, resource: flag(`${base}/Patient/1`) }];
    for (const [resource, because] of [
      [{ resourceType: 'Bundle', type: 'document', entry }, 'document'],
      [{ resourceType: 'Bundle', type: 'collection', entry, signature }, 'signed'],
      [{ resourceType: 'Binary', contentType: 'x', securityContext: { reference: `${base}/Patient/1` } }, 'binary'],
      [
        {
          resourceType: 'Contract',
          subject: [{ reference: `${base}/Patient/1` }],
          signer: [{ signature: [signature] }],
        },
        'signed',
      ],
    ] as const) {
      const before = JSON.stringify(resource);
      normaliseReferences(resource, base);
      assert.equal(JSON.stringify(resource), before);
      assert.deepEqual(rewriting(resource), { may: 'keep', because });
    }
    const collection = { resourceType: 'Bundle', type: 'collection', entry };
    normaliseReferences(collection, base);
    assert.equal(entry[0]?.resource.subject.reference, `${base}/Patient/1`);
  });

  it('lets a Provenance itself be rewritten and names what its signature covers', () => {
    const provenance = { resourceType: 'Provenance', target: [{ reference: 'urn:uuid:1' }], signature: [signature] };
    assert.deepEqual(rewriting(provenance), { may: 'rewrite' });
    assert.deepEqual(signedTargets(provenance), ['urn:uuid:1']);
    assert.deepEqual(signedTargets({ ...provenance, signature: undefined }), []);
  });
});

describe('everyReference', () => {
  it('finds each resource here once, Binaries of Attachments and entries of Bundles included', () => {
    const document = {
      resourceType: 'DocumentReference',
      subject: { reference: 'Patient/1' },
      author: [
        { reference: `${base}/Patient/1` },
        { reference: 'https://b.example/fhir/Patient/9' },
        { reference: '#x' },
      ],
      content: [{ attachment: { url: 'Binary/2/_history/1' } }, { attachment: { url: `${base}/Binary/3` } }],
    };
    const keys = ['Binary/2', 'Binary/3', 'Patient/1'];
    const found = (resource: object): string[] =>
      everyReference(resource, base)
        .map(({ resourceType, id }) => `${resourceType}/${id}`)
        .sort();
    assert.deepEqual(found(document), keys);
    assert.deepEqual(found({ resourceType: 'Bundle', type: 'collection', entry: [{ resource: document }] }), keys);
  });
});
