import { deepEqual, equal, rejects } from 'node:assert/strict';
import { it } from 'node:test';
import { canonicalJson } from '@chartseal/fhir';
import { isKind } from '@chartseal/ports';
import * as fc from 'fast-check';
import { readResource } from '../intake.ts';
import { findResources } from './find-resources.ts';
import { isHeld, readBundle } from './read-bundle.ts';

const entry = fc.record(
  { fullUrl: fc.string(), resource: fc.jsonValue(), search: fc.jsonValue() },
  { requiredKeys: [], noNullPrototype: true },
);
const bundle = fc.record(
  { a: fc.jsonValue(), entry: fc.oneof(fc.array(fc.oneof({ weight: 5, arbitrary: entry }, fc.jsonValue()))) },
  { requiredKeys: ['entry'], noNullPrototype: true },
);

it('finds each resource of a Bundle where it stands', () => {
  fc.assert(
    fc.property(bundle, fc.constantFrom(undefined, 1, '\t'), fc.boolean(), (value, space, mark) => {
      const text = Buffer.from((mark ? '\ufeff' : '') + JSON.stringify(value, undefined, space));
      const found = findResources(text).map(({ entry: at, start, end }) => [
        at,
        JSON.parse(String(text.subarray(start, end))),
      ]);
      const expected = value.entry.flatMap((each: unknown, at) =>
        typeof each === 'object' && each !== null && !Array.isArray(each) && Object.hasOwn(each, 'resource')
          ? [[at, JSON.parse(JSON.stringify((each as { resource: unknown }).resource))]]
          : [],
      );
      deepEqual(found, expected);
    }),
    { numRuns: 500 },
  );
});

it('looks at any text without falling over, and at deep nesting', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...Array.from('{}[]:,"\\ae \n'), '"entry"', '"resource"')), (parts) => {
      findResources(Buffer.from(parts.join('')));
    }),
    { numRuns: 2000 },
  );
  deepEqual(findResources(Buffer.from(`{"entry":${'['.repeat(1e6)}`)), []);
});

const padding = 'x'.repeat(1024 * 1024);
const large = (...resources: readonly string[]): string =>
  `{"resourceType":"Bundle","type":"batch","entry":[${resources.map((each) => `{"resource":${each}}`).join(',')}],"implicitRules":"${padding}"}`;

it('reads a large Bundle like a small one, numbers as they were spelled', async () => {
  const text = large('{"resourceType":"Observation","valueQuantity":{"value":1.50}}', 'null', '[1.0]', '"é😀"');
  const read = await readBundle(Buffer.from(text));
  const entries = read.resource['entry'] as { resource: unknown }[];
  equal(entries.every(isHeld), true);
  const whole = readResource(text).resource['entry'] as { resource: unknown }[];
  deepEqual(
    entries.map(({ resource }) => resource),
    whole.map(({ resource }) => resource),
  );
  equal(
    canonicalJson(entries[0]?.resource, read.numbers),
    '{"resourceType":"Observation","valueQuantity":{"value":1.50}}',
  );
});

it('says of a large Bundle what it says of a small one, and where', async () => {
  const deep = `${'['.repeat(200)}${']'.repeat(200)}`;
  for (const bad of [
    '{"resourceType":"Patient","name":[{"a":tru}]}',
    '{"a":1,"a":2}',
    '{"a":"\\ud83d"}',
    '{',
    deep,
    '',
  ]) {
    const expected = await rejection(async () => readResource(large('{"resourceType":"Patient"}', bad)));
    const found = await rejection(() => readBundle(Buffer.from(large('{"resourceType":"Patient"}', bad))));
    equal(found.slice(0, 2).join(' '), expected.slice(0, 2).join(' '), bad.slice(0, 50));
  }
  const twice = large('{}').replace('{"resource":{}}', '{"resource":{},"resource":{}}');
  await rejects(readBundle(Buffer.from(twice)), (error) => isKind(error, 'malformed'));
  await rejects(readBundle(Buffer.concat([Buffer.from(large('{"a":"')), Buffer.of(0xff)])), (error) =>
    isKind(error, 'malformed'),
  );
});

const rejection = async (work: () => Promise<unknown>): Promise<readonly unknown[]> => {
  try {
    await work();
  } catch (error) {
    if (isKind(error, 'malformed')) return [error.kind, error.detail.issues?.[0]?.expression];
    throw error;
  }
  return ['accepted'];
};
