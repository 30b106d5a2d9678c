import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { actor, confidentiality, decideWith, observation, purpose, sensitivity } from '../testing/consents.ts';

/** Elements by which a permit can be made narrower. */
type Narrowing = {
  readonly period?: object;
  readonly purpose?: object[];
  readonly actor?: object[];
  readonly securityLabel?: object[];
};

const day = fc.integer({ min: 1, max: 28 }).map((date) => `2026-06-${String(date).padStart(2, '0')}`);
const someOf = (...items: readonly object[]) => fc.subarray([...items], { minLength: 1 });

const elements = {
  period: fc.tuple(day, day).map(([a, b]) => (a < b ? { start: a, end: b } : { start: b, end: a })),
  purpose: someOf(purpose('TREAT'), purpose('ETREAT'), purpose('HPAYMT')),
  actor: someOf(actor('IRCP', 'hospital-b'), actor('PRCP', 'network-b'), actor('IRCP', 'hospital-c')),
  securityLabel: someOf(confidentiality('N'), confidentiality('R'), sensitivity('HIV'), sensitivity('PSY')),
};
const names = ['period', 'purpose', 'actor', 'securityLabel'] as const;

const rule = fc.record(elements, { requiredKeys: [] }) as fc.Arbitrary<Narrowing>;
const resource = fc.constantFrom('8867-4', '20447-9', '44249-1').map((code) => ({
  ...observation,
  code: { coding: [{ system: 'http://loinc.org', code }] },
}));
const asked = fc.record({
  purpose: fc.constantFrom('TREAT', 'ETREAT', 'HPAYMT'),
  organization: fc.constantFrom('hospital-b', 'hospital-c', 'hospital-d'),
  decisionTime: fc.integer({ min: Date.UTC(2026, 5, 1), max: Date.UTC(2026, 5, 30) }),
});

const permitting = (narrowing: Narrowing) => ({ provision: { type: 'permit', ...narrowing } });

describe('B3 a permit that is made narrower never lets more out', () => {
  for (const name of names) {
    it(`by an element that was absent: ${name}`, () => {
      fc.assert(
        fc.property(rule, elements[name], asked, resource, (wide, added, request, record) => {
          const { [name]: _, ...without } = wide;
          const narrow = decideWith([permitting({ ...without, [name]: added })], request, record);
          const before = decideWith([permitting(without)], request, record);
          assert.ok(narrow.effect === 'deny' || before.effect === 'permit');
        }),
      );
    });
  }

  for (const name of ['purpose', 'actor', 'securityLabel'] as const) {
    it(`by a repeat that is dropped: ${name}`, () => {
      fc.assert(
        fc.property(rule, elements[name], fc.nat(), asked, resource, (wide, repeats, at, request, record) => {
          const fewer = repeats.filter((_, index) => index !== at % repeats.length);
          fc.pre(fewer.length > 0);
          const narrow = decideWith([permitting({ ...wide, [name]: fewer })], request, record);
          const before = decideWith([permitting({ ...wide, [name]: repeats })], request, record);
          assert.ok(narrow.effect === 'deny' || before.effect === 'permit');
        }),
      );
    });
  }

  it('B6 by a period within the one before', () => {
    fc.assert(
      fc.property(fc.array(day, { minLength: 4, maxLength: 4 }), asked, resource, (days, request, record) => {
        const [first, second, third, last] = days.toSorted();
        const narrow = decideWith([permitting({ period: { start: second, end: third } })], request, record);
        const wide = decideWith([permitting({ period: { start: first, end: last } })], request, record);
        assert.ok(narrow.effect === 'deny' || wide.effect === 'permit');
      }),
    );
  });
});
