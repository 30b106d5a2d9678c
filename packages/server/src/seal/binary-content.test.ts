import { deepEqual, equal } from 'node:assert/strict';
import { createHmac, hash } from 'node:crypto';
import { describe, it } from 'node:test';
import { NumberSpelling } from '@chartseal/fhir';
import fc from 'fast-check';
import {
  contentHash,
  contentHashUrl,
  isContentOf,
  joinContent,
  nameContent,
  sealVersion,
  separateContent,
} from './index.ts';

const binary = (rest: object): { resourceType: string } => ({ resourceType: 'Binary', ...rest });
const extension = [{ url: 'urn:mine', valueString: 'x' }];

describe('The content of a Binary', () => {
  it('is separated and joined again, whatever it is, and whatever stands beside it', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 200 }), fc.boolean(), (bytes, hasExtension) => {
        const data = Buffer.from(bytes).toString('base64');
        const original = binary({ data, ...(hasExtension ? { _data: { extension } } : {}) });
        const resource = structuredClone(original);
        const separated = separateContent(resource);
        equal(separated.outcome === 'separated' && Buffer.from(separated.bytes).equals(bytes), true);
        deepEqual([Object.hasOwn(resource, 'data'), contentHash(resource)], [false, hash('sha256', bytes, 'base64')]);
        equal(isContentOf(resource, bytes), true);
        equal(isContentOf(resource, Uint8Array.of(...bytes, 0)), false);
        joinContent(resource, bytes);
        deepEqual(resource, original);
      }),
    );
  });

  it('is named anew where it is another', () => {
    const resource = binary({ _data: { extension } });
    nameContent(resource, Uint8Array.of(1));
    nameContent(resource, Uint8Array.of(2));
    equal(contentHash(resource), hash('sha256', Uint8Array.of(2), 'base64'));
    joinContent(resource, Uint8Array.of(2));
    deepEqual(resource, binary({ data: 'Ag==', _data: { extension } }));
  });

  it('is base64, whose white space means nothing', () => {
    const encodings = ['aGVsbG8=', 'aGVs\r\nbG8=', 'aGVsbG8', 'aGVsbG9=', 'a-b_', '%', 'aGVsbG8==='].map((data) => {
      const separated = separateContent(binary({ data }));
      return separated.outcome === 'separated' ? separated.encoding : separated.outcome;
    });
    deepEqual(encodings, ['canonical', 'normalised', ...Array.from({ length: 5 }, () => 'not-base64')]);
    equal(separateContent(binary({})).outcome, 'nothing');
    equal(separateContent({ resourceType: 'Media', data: 'aGVsbG8=' }).outcome, 'nothing');
  });

  it('is what the leaf of its version is over, by its hash', () => {
    const bytes = Uint8Array.of(1, 2, 3);
    const resource = binary({ contentType: 'image/png' });
    nameContent(resource, bytes);
    const sealed = sealVersion({
      resource,
      numbers: new NumberSpelling(),
      bytes,
      key: { resourceType: 'Binary', id: 'b' },
      versionId: 1,
      lastUpdated: '2026-01-02T03:04:05.678Z',
      handle: 'h',
      announcement: { log: 'records' },
      randomBytes: (size) => new Uint8Array(size),
      fhirBaseUrl: 'http://here/fhir',
    });
    equal(sealed.bytes, bytes);
    const named = `"_data":{"extension":[{"url":"${contentHashUrl}","valueBase64Binary":"${hash('sha256', bytes, 'base64')}"}]}`;
    equal(sealed.content.includes(named), true);
    deepEqual(
      Buffer.from(sealed.commitment),
      createHmac('sha256', sealed.commitmentKey).update(sealed.content).digest(),
    );
  });
});
