import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { decideIn } from './generate/engine.ts';
import { world } from './generate/worlds.ts';
import { judge } from './oracle/oracle.ts';

const reasons = [
  'consent',
  'implicit-policy',
  'denied-by-consent',
  'no-consent',
  'frozen',
  'closed',
  'no-subject',
  'only-by-reference',
  'unknown-subject',
  'purpose-unknown',
  'break-glass-unsupported',
];

it('A5, B1-B11 the engine and the oracle agree on 10,000 triples, and every reason is more than 2 % of them', () => {
  const seen = new Map(reasons.map((reason) => [reason, 0]));
  fc.assert(
    fc.property(world, (each) => {
      const { effect, reason } = decideIn(each);
      const verdict = judge(each);
      assert.equal(effect, verdict.effect, `${reason}, the oracle: ${verdict.reasons.join()}`);
      assert.ok(verdict.reasons.includes(reason), `${reason}, the oracle: ${verdict.reasons.join()}`);
      seen.set(reason, (seen.get(reason) ?? 0) + 1);
    }),
    { numRuns: 10_000, seed: 6 },
  );
  for (const [reason, count] of seen) assert.ok(count > 200, `${reason}: ${count} of 10,000`);
});
