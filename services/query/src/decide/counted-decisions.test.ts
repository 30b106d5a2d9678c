import { deepEqual } from 'node:assert/strict';
import { it } from 'node:test';
import { own } from '../testing/world.ts';
import { countedDecisions } from './counted-decisions.ts';
import type { Decisions, Examined } from './decisions.ts';

const facts = { key: { resourceType: 'Patient', id: 'mrn-4711' }, versionId: 1, basis: [], height: 7, patients: [] };
const denied = (reason: string): Examined => ({ effect: 'deny', decision: { ...facts, effect: 'deny', reason } });

it('counts each decision by effect and reason, and no word that is not one of the closed ones', async () => {
  const counts: unknown[] = [];
  const decisions: Decisions = {
    principal: own,
    height: 7,
    examine: async () => [denied('no-consent'), denied('mrn-4711'), denied('toString')],
    included: async () => [denied('frozen')],
    referenced: async () => denied('frozen'),
    stillHold: async () => 'hold',
    prospects: async () => 'some',
    candidates: async () => ({ kind: 'all' }),
    pretend: async () => {},
    unopened: () => [],
  };
  const counted = countedDecisions(decisions, { count: (name, labels) => void counts.push([name, labels]) });
  await counted.examine([]);
  await counted.included([]);
  deepEqual(
    counts,
    ['no-consent', 'other', 'other', 'frozen'].map((reason) => [
      'chartseal_decisions_total',
      { effect: 'deny', reason },
    ]),
  );
});
