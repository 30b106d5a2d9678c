import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { SearchPage, StoredVersion } from '@chartseal/ports';
import fc from 'fast-check';
import type { Decisions, Examined } from '../decide/decisions.ts';
import type { Permit } from '../release/decision.ts';
import { releaseToOwn } from '../release/released.ts';
import { other, own } from '../testing/world.ts';
import { permittedPage } from './permitted-page.ts';

const version = (id: string): StoredVersion => ({
  resourceType: 'Observation',
  id,
  versionId: 1,
  lastUpdated: '2026-01-01T00:00:00.000Z',
  state: 'content',
  content: '{}',
  handle: id,
  commitmentKey: new Uint8Array(32),
  commitment: new Uint8Array(32),
  log: 'records',
});

const examine = ({ resourceType, id, versionId }: StoredVersion): Examined => {
  const decision: Omit<Permit, 'effect'> = {
    key: { resourceType, id },
    versionId,
    reason: '',
    basis: [],
    obligations: [],
    height: 1,
    patients: [],
  };
  if (id.startsWith('hidden')) return { effect: 'deny', decision: { ...decision, effect: 'deny' } };
  return { effect: 'permit', decision: { ...decision, effect: 'permit' }, released: releaseToOwn(own, version(id)) };
};

/** Answers in another order than it was asked: decisions are joined by key (C6). */
const decisions: Decisions = {
  principal: other,
  height: 1,
  examine: async (versions) => versions.map(examine).toReversed(),
  included: async () => [],
  referenced: async (version) => examine(version),
  stillHold: async () => 'hold',
  prospects: async () => 'some',
  candidates: async () => ({ kind: 'all' }),
  pretend: async () => {},
  unopened: () => [],
};

/** Every page that a client gets by following the links. */
const pagesOf = async (ids: readonly string[], count: number): Promise<readonly (readonly string[])[]> => {
  const all = ids.map((id, index) => ({ ...version(id), cursor: { after: index } }));
  const candidates = async (after: { after: number } | undefined, limit: number): Promise<SearchPage> => {
    const from = after === undefined ? 0 : after.after + 1;
    return { versions: all.slice(from, from + limit) };
  };
  const pages: (readonly string[])[] = [];
  let after: { after: number } | undefined;
  do {
    const page = await permittedPage(decisions, candidates, { count, after });
    pages.push(page.entries.map(({ decision }) => decision.key.id));
    after = page.next;
  } while (after !== undefined);
  return pages;
};

const candidate = fc.tuple(fc.constantFrom('hidden', 'shown'), fc.nat()).map(([kind, number]) => `${kind}-${number}`);

it('C2 two worlds, with and without what is hidden, give the same pages', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(candidate, { maxLength: 300 }),
      fc.integer({ min: 1, max: 7 }),
      async (ids, count) => {
        const shown = ids.filter((id) => id.startsWith('shown'));
        const pages = await pagesOf(ids, count);
        assert.deepEqual(pages, await pagesOf(shown, count));
        assert.deepEqual(pages.flat(), shown);
        assert.ok(pages.slice(0, -1).every((page) => page.length === count));
      },
    ),
    { numRuns: 60 },
  );
});
