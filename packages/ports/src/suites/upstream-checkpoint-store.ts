import { deepEqual, equal, rejects } from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { isKind } from '../errors.ts';
import type { UpstreamCheckpointStore, UpstreamStep } from '../upstream-checkpoint-store.ts';

export type UpstreamCheckpointStoreFixture = {
  readonly checkpoints: UpstreamCheckpointStore;
  /** The same through connections of its own, as another process has it. */
  readonly others: UpstreamCheckpointStore;
  crash(): Promise<void>;
  close(): Promise<void>;
};

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const fenced = (error: unknown): boolean => isKind(error, 'fenced');

/** The laws of the UpstreamCheckpointStore port, each by its number. */
export const upstreamCheckpointStoreSuite = (
  name: string,
  openFixture: () => Promise<UpstreamCheckpointStoreFixture>,
): void => {
  describe(`UpstreamCheckpointStore: ${name}`, () => {
    let fixture: UpstreamCheckpointStoreFixture;
    before(async () => {
      fixture = await openFixture();
    });
    after(() => fixture.close());

    const somewhere = (): string => `https://${randomUUID()}.example/fhir`;
    const step = (upstream: string, rest: Partial<UpstreamStep> = {}): UpstreamStep => ({
      upstream,
      resourceType: 'Patient',
      from: undefined,
      checkpoint: {},
      taken: [],
      refused: [],
      ...rest,
    });
    const known = async (upstream: string, ...ids: readonly string[]) =>
      [...(await fixture.others.known(upstream, 'Patient', ids))].sort((a, b) => (a.id < b.id ? -1 : 1));

    it('law 1: saves checkpoint, taken and refused together, through a crash', async () => {
      const upstream = somewhere();
      const [good, bad] = [randomUUID(), randomUUID()];
      const checkpoint = { since: '2026-01-01T00:00:00.000Z', pass: { beganAtMs: 5, startedAt: 'x', next: 'y' } };
      const taken = [{ id: good, seen: bytes('1') }];
      const refused = [{ id: bad, seen: bytes('2'), reason: 'invalid' }];
      equal(await fixture.checkpoints.advance(step(upstream, { checkpoint, taken, refused })), 1);
      await fixture.crash();
      deepEqual(await fixture.others.checkpoints(upstream), [{ resourceType: 'Patient', revision: 1, checkpoint }]);
      deepEqual(
        await known(upstream, good, bad, randomUUID()),
        [
          { id: good, owner: upstream, seen: bytes('1') },
          { id: bad, refused: bytes('2') },
        ].sort((a, b) => (a.id < b.id ? -1 : 1)),
      );
      deepEqual(await fixture.others.refusals(upstream, { limit: 9 }), [
        { resourceType: 'Patient', id: bad, reason: 'invalid' },
      ]);
    });

    it('laws 1 and 3: a step that takes what is another upstream’s leaves nothing', async () => {
      const [mine, theirs] = [somewhere(), somewhere()];
      const id = randomUUID();
      await fixture.checkpoints.claim(theirs, 'Patient', [id]);
      await fixture.checkpoints.claim(mine, 'Patient', [id]);
      deepEqual(await known(mine, id), [{ id, owner: theirs }]);
      const more = randomUUID();
      const taken = [id, more].map((each) => ({ id: each, seen: bytes('1') }));
      await rejects(fixture.checkpoints.advance(step(mine, { taken })), (error) => isKind(error, 'conflict'));
      deepEqual([await known(mine, more), await fixture.checkpoints.checkpoints(mine)], [[], []]);
    });

    it('law 2: of many that take the same step one does', async () => {
      const upstream = somewhere();
      for (const from of [undefined, 1, 2]) {
        const answers = await Promise.allSettled(
          Array.from({ length: 6 }, (_, index) =>
            (index % 2 === 0 ? fixture.checkpoints : fixture.others).advance(
              step(upstream, { from, taken: [{ id: `${index}-${randomUUID()}`, seen: bytes('1') }] }),
            ),
          ),
        );
        equal(answers.filter(({ status }) => status === 'fulfilled').length, 1);
        for (const answer of answers) equal(answer.status === 'fulfilled' || fenced(answer.reason), true);
      }
      const late = randomUUID();
      for (const from of [undefined, 2, 4])
        await rejects(
          fixture.checkpoints.advance(step(upstream, { from, taken: [{ id: late, seen: bytes('1') }] })),
          fenced,
        );
      deepEqual(await known(upstream, late), []);
    });

    it('law 3: a claim outlives a crash', async () => {
      const upstream = somewhere();
      const id = randomUUID();
      await fixture.checkpoints.claim(upstream, 'Patient', [id]);
      await fixture.crash();
      deepEqual(await known(upstream, id), [{ id, owner: upstream }]);
    });

    it('law 4: refused ends a claim, taken or dropped ends a refusal, and what was taken stays its owner’s', async () => {
      const upstream = somewhere();
      const [claimed, owned] = [randomUUID(), randomUUID()];
      const refused = [claimed, owned].map((id) => ({ id, seen: bytes('2'), reason: 'invalid' }));
      await fixture.checkpoints.claim(upstream, 'Patient', [claimed]);
      await fixture.checkpoints.advance(step(upstream, { taken: [{ id: owned, seen: bytes('1') }] }));
      await fixture.checkpoints.advance(step(upstream, { from: 1, refused }));
      deepEqual(await known(upstream, claimed), [{ id: claimed, refused: bytes('2') }]);
      deepEqual(await known(upstream, owned), [{ id: owned, owner: upstream, seen: bytes('1'), refused: bytes('2') }]);
      deepEqual(await fixture.checkpoints.refusedCounts(upstream), [{ resourceType: 'Patient', records: 2 }]);
      const taken = [{ id: owned, seen: bytes('') }];
      await fixture.checkpoints.advance(step(upstream, { from: 2, taken, dropped: [claimed] }));
      deepEqual(await known(upstream, claimed), []);
      deepEqual(await known(upstream, owned), [{ id: owned, owner: upstream, seen: bytes('') }]);
      deepEqual(await fixture.checkpoints.refusedCounts(upstream), []);
    });

    it('law 5: upstreams and types stand where each stands, and refusals come page by page', async () => {
      const [one, two] = [somewhere(), somewhere()];
      const refused = ['a', 'b'].map((id) => ({ id, seen: bytes('1'), reason: 'invalid' }));
      for (const resourceType of ['Observation', 'Patient'])
        await fixture.checkpoints.advance(step(one, { resourceType, refused }));
      deepEqual(await fixture.checkpoints.checkpoints(two), []);
      deepEqual(await fixture.checkpoints.refusals(two, { limit: 9 }), []);
      const told: string[] = [];
      let after: { resourceType: string; id: string } | undefined;
      for (;;) {
        const page = await fixture.checkpoints.refusals(one, { limit: 3, ...(after === undefined ? {} : { after }) });
        told.push(...page.map(({ resourceType, id }) => `${resourceType}/${id}`));
        after = page.at(-1);
        if (page.length < 3) break;
      }
      deepEqual(told, ['Observation/a', 'Observation/b', 'Patient/a', 'Patient/b']);
    });
  });
};
