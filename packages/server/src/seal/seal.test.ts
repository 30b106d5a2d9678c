import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { it } from 'node:test';
import { parseJson } from '@chartseal/fhir';
import { recordAcceptedTopic, sealDeletion, sealVersion } from './index.ts';

const position = { versionId: 2, lastUpdated: '2026-01-02T03:04:05.678Z', handle: '6f1b' };
const context = {
  ...position,
  key: { resourceType: 'Observation', id: 'mrn-4711' },
  announcement: { log: 'records' } as const,
  randomBytes: (size: number) => new Uint8Array(size).fill(7),
  fhirBaseUrl: 'http://here/fhir',
};
const received =
  '{"status":"final","valueQuantity":{"value":1.10},"subject":{"reference":"Patient/p"},"resourceType":"Observation","code":{"text":"x"},"meta":{"versionId":"9","security":[{"code":"R"}]}}';

const seal = () => {
  const { value, numbers } = parseJson(received);
  return sealVersion({ ...context, resource: value as { resourceType: string }, numbers });
};

it('keeps numbers as received, sorts members and sets what the server owns', () => {
  assert.equal(
    seal().content,
    '{"code":{"text":"x"},"id":"mrn-4711","meta":{"lastUpdated":"2026-01-02T03:04:05.678Z","security":[{"code":"R"}],"versionId":"2"},"resourceType":"Observation","status":"final","subject":{"reference":"Patient/p"},"valueQuantity":{"value":1.10}}',
  );
});

it('commits to the canonical bytes under its own key', () => {
  const { content, commitment, commitmentKey } = seal();
  assert.deepEqual(Buffer.from(commitment), createHmac('sha256', commitmentKey).update(content).digest());
  assert.equal(commitmentKey.length, 32);
});

it('names compartment and references', () => {
  const { patients, references } = seal();
  assert.deepEqual(patients, ['p']);
  assert.deepEqual(references, [{ resourceType: 'Patient', id: 'p' }]);
});

it('tells strangers a handle and a commitment, and no FHIR id', () => {
  const { events, commitment } = seal();
  assert.equal(events.length, 1);
  const [{ topic, key, value }] = events as [(typeof events)[number]];
  const event = JSON.parse(value);
  assert.equal(topic, recordAcceptedTopic);
  assert.equal(key, '6f1b');
  assert.deepEqual(event.data, {
    record: 'http://here/fhir/$record/6f1b',
    handle: '6f1b',
    versionId: 2,
    commitment: Buffer.from(commitment).toString('base64'),
    log: 'records',
  });
  assert.equal(event.specversion, '1.0');
  assert.ok(!value.includes('mrn-4711') && !value.includes('Patient'));
});

it('seals a deletion in its canonical form', () => {
  const { content, patients, index } = sealDeletion(context);
  assert.equal(
    content,
    '{"deleted":true,"id":"mrn-4711","meta":{"lastUpdated":"2026-01-02T03:04:05.678Z","versionId":"2"},"resourceType":"Observation"}',
  );
  assert.deepEqual([patients, index], [[], []]);
});
