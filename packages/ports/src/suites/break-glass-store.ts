import { deepEqual, equal } from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import type { BreakGlassStore, HeldBreakGlass } from '../break-glass-store.ts';

export type BreakGlassStoreFixture = {
  readonly breakGlass: BreakGlassStore;
  /** The same store through connections of its own, as another process has it. */
  readonly others: BreakGlassStore;
  crash(): Promise<void>;
  close(): Promise<void>;
};

const now = Date.UTC(2026, 0, 2);
const hourMs = 3_600_000;

const newAccess = (rest: Partial<HeldBreakGlass> = {}): HeldBreakGlass => ({
  accessId: randomUUID(),
  organization: 'hospital-b',
  patientId: randomUUID(),
  handle: randomUUID(),
  reason: 'unconscious after a fall',
  commitmentKey: new Uint8Array(randomBytes(32)),
  openedAt: now,
  expiresAt: now + 4 * hourMs,
  ledger: { state: 'pending' },
  ...rest,
});
const position = { transactionId: 'transaction', blockNumber: 7 };
const committed = { state: 'committed', ...position } as const;

export const breakGlassStoreSuite = (name: string, openFixture: () => Promise<BreakGlassStoreFixture>): void => {
  describe(`BreakGlassStore: ${name}`, () => {
    let fixture: BreakGlassStoreFixture;
    before(async () => {
      fixture = await openFixture();
    });
    after(() => fixture.close());
    const opened = async (rest: Partial<HeldBreakGlass> = {}): Promise<HeldBreakGlass> =>
      fixture.breakGlass.open(newAccess(rest));
    const current = ({ organization, patientId }: HeldBreakGlass, at = now) =>
      fixture.others.current(organization, patientId, at);

    it('law 1: opens one at a time for an organisation and a Patient, and loses none', async () => {
      const patientId = randomUUID();
      const all = await Promise.all(
        Array.from({ length: 8 }, (_, at) =>
          (at % 2 === 0 ? fixture.breakGlass : fixture.others).open(newAccess({ patientId })),
        ),
      );
      const [first] = all;
      for (const each of all) deepEqual(each, first);
      await fixture.crash();
      deepEqual(await opened({ patientId }), first);
      const other = await opened({ patientId, organization: 'hospital-c' });
      const later = await opened({ patientId, openedAt: now + 4 * hourMs, expiresAt: now + 8 * hourMs });
      equal(new Set([first?.accessId, other.accessId, later.accessId]).size, 3);
    });

    it('laws 2 and 3: tells what the ledger has, until it expires', async () => {
      const access = await opened();
      equal(await current(access), undefined);
      await fixture.breakGlass.settle(access.accessId, position);
      await fixture.breakGlass.settle(access.accessId, { transactionId: 'another', blockNumber: 8 });
      await fixture.crash();
      deepEqual(await current(access), { ...access, ledger: committed });
      deepEqual(await current(access, access.expiresAt - 1), { ...access, ledger: committed });
      equal(await current(access, access.expiresAt), undefined);
      equal(await current({ ...access, organization: 'hospital-c' }), undefined);
      equal(await current({ ...access, patientId: randomUUID() }), undefined);
    });

    it('laws 4 and 5: lists for review, newest first, and records each once', async () => {
      const [first, second] = [await opened(), await opened()];
      const review = { by: 'privacy officer', outcome: 'justified', note: 'seen with the ward', at: now } as const;
      const ids = async (which: 'all' | 'unreviewed') =>
        (await fixture.others.list(which, 2)).map(({ accessId }) => accessId);
      deepEqual(await ids('unreviewed'), [second.accessId, first.accessId]);
      const before = await fixture.others.unreviewed(first.expiresAt);
      equal(await fixture.breakGlass.review(second.accessId, review), 'recorded');
      equal(await fixture.others.review(second.accessId, { ...review, outcome: 'not-justified' }), 'reviewed-before');
      equal(await fixture.breakGlass.review(randomUUID(), review), 'unknown');
      deepEqual((await fixture.others.list('all', 1))[0]?.review, review);
      equal((await ids('unreviewed'))[0], first.accessId);
      equal(await fixture.others.unreviewed(first.expiresAt), before - 1);
      equal(await fixture.others.unreviewed(now), 0);
    });
  });
};
