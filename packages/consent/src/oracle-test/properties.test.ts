import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { decideIn } from './generate/engine.ts';
import { consent, elementsOf, everyElement, world } from './generate/worlds.ts';
import type { Provision, RawConsent, World } from './oracle/world.ts';

const scope = fc.constantFrom<RawConsent['scope']>('patient-privacy', 'research');
const withConsents = (each: World, change: (all: readonly RawConsent[]) => readonly RawConsent[]): World => ({
  ...each,
  says: Object.fromEntries(
    Object.entries(each.says).map(([id, say]) => [id, { ...say, consents: change(say.consents) }]),
  ),
});
const neverWider = (narrow: World, wide: World) =>
  assert.ok(decideIn(narrow).effect === 'deny' || decideIn(wide).effect === 'permit');

/** The reverse of all that has no order: consents, siblings and the repeats of every element. */
const reversed = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(reversed).toReversed();
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([name, item]) => [name, reversed(item)] as const)
      .toReversed(),
  );
};
const narrowed = { period: 'period', purpose: 'purpose', actor: 'actor', securityLabel: 'label' } as const;
type Narrowed = keyof typeof narrowed;

/** A world that the consent is likely to decide. */
const openWorld = world.map((each): World => ({
  ...each,
  says: Object.fromEntries(Object.entries(each.says).map(([id, say]) => [id, { ...say, handle: 'open' as const }])),
}));

const plain = { scope: 'patient-privacy', isAttested: false } as const;

describe('B1-B5 what a directive can do', () => {
  it('B1 adding a deny never widens', () => {
    const deny = fc.tuple(scope, elementsOf).map(([of, own]): RawConsent => ({
      scope: of,
      provision: { type: 'deny', ...own },
      isAttested: false,
    }));
    fc.assert(
      fc.property(openWorld, deny, (each, added) =>
        neverWider(
          withConsents(each, (all) => [...all, added]),
          each,
        ),
      ),
      { numRuns: 1000 },
    );
  });

  it('A3 revoking a consent that only permits never widens', () => {
    const permit = fc.tuple(scope, elementsOf).map(([of, own]): RawConsent => ({
      scope: of,
      provision: { type: 'permit', ...own },
      isAttested: false,
    }));
    fc.assert(
      fc.property(openWorld, permit, (each, revoked) =>
        neverWider(
          each,
          withConsents(each, (all) => [revoked, ...all]),
        ),
      ),
      { numRuns: 1000 },
    );
  });

  for (const [element, name] of Object.entries(narrowed) as [Narrowed, string][]) {
    it(`B3 narrowing the ${name} of what permits never widens`, () => {
      const around = fc.constantFrom<(leaf: Provision) => RawConsent>(
        (leaf) => ({ ...plain, provision: leaf }),
        (leaf) => ({ ...plain, policyRule: 'OPTOUT', provision: leaf }),
        (leaf) => ({ ...plain, policyRule: 'OPTIN', provision: { type: 'deny', provision: [leaf] } }),
      );
      fc.assert(
        fc.property(openWorld, around, elementsOf, everyElement, (each, wrap, own, other) => {
          const { [element]: _, ...absent } = own;
          const narrow: Provision = { type: 'permit', ...absent, [element]: other[element] };
          const put = (leaf: Provision) => withConsents(each, (all) => [...all.slice(1), wrap(leaf)]);
          neverWider(put(narrow), put({ type: 'permit', ...absent }));
          const repeats = narrow[element];
          if (Array.isArray(repeats) && repeats.length > 1)
            neverWider(put({ ...narrow, [element]: repeats.slice(1) }), put(narrow));
        }),
        { numRuns: 1000 },
      );
    });
  }

  it('B5 the order of consents, siblings and elements never matters, nor does who reads them', () => {
    fc.assert(
      fc.property(openWorld, fc.array(consent, { maxLength: 3 }), (each, more) => {
        const one = withConsents(each, (all) => [...all, ...more]);
        const other = JSON.parse(JSON.stringify(withConsents(one, (all) => reversed(all) as RawConsent[]))) as World;
        const [a, b] = [decideIn(one), decideIn(other)];
        assert.deepEqual([a.effect, a.reason], [b.effect, b.reason]);
      }),
      { numRuns: 1000 },
    );
  });

  it('B1 two gateways with the same ledger and terms decide the same, whatever arrived first', () => {
    fc.assert(
      fc.property(openWorld, (each) => {
        const again = JSON.parse(JSON.stringify(each)) as World;
        assert.deepEqual(decideIn(again, 'last-first'), decideIn(each));
      }),
      { numRuns: 1000 },
    );
  });
});
