import { deepEqual, equal, rejects } from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { isKind } from '../errors.ts';
import type { Outbox, OutgoingEvent } from '../event-log.ts';
import type { AcceptedDirective, LedgerCursor, LedgerStep } from '../ledger-cursor.ts';
import type { HeldDirective, PatientStore } from '../patient-store.ts';

export type LedgerCursorFixture = {
  readonly cursor: LedgerCursor;
  /** The same through connections of its own, as another process has it. */
  readonly others: LedgerCursor;
  /** Where steps leave directives and rows. */
  readonly patients: PatientStore;
  readonly outbox: Outbox;
  crash(): Promise<void>;
  close(): Promise<void>;
};

const at = (blockNumber: number, transactionId = 'a') => ({ blockNumber, transactionId });

const accepted = (handle: string = randomUUID()): AcceptedDirective => ({
  handle,
  digest: randomUUID(),
  operation: 'revoke',
  jws: 'a.b.c',
  consentId: randomUUID(),
  receivedAt: 1000,
  ledger: { state: 'committed', ...at(7) },
});

const told = (value: string) => ({ topic: 'suite.followed', key: 'key', value });

const fenced = (error: unknown): boolean => isKind(error, 'fenced');

/** The laws of the LedgerCursor port, each by its number. */
export const ledgerCursorSuite = (name: string, openFixture: () => Promise<LedgerCursorFixture>): void => {
  describe(`LedgerCursor: ${name}`, () => {
    let fixture: LedgerCursorFixture;
    before(async () => {
      fixture = await openFixture();
    });
    after(() => fixture.close());

    const step = (follower: string, rest: Partial<LedgerStep>): LedgerStep => ({
      follower,
      from: undefined,
      to: at(1),
      directives: [],
      events: [],
      ...rest,
    });
    const drained = async (): Promise<string[]> => {
      const all: OutgoingEvent[] = [];
      while ((await fixture.outbox.drain(100, async (events) => void all.push(...events))) > 0);
      return all.map(({ value }) => value);
    };

    it('law 1: saves position, directives and events together, through a crash', async () => {
      await drained();
      const follower = randomUUID();
      equal(await fixture.cursor.position(follower), undefined);
      const directive = accepted();
      await fixture.cursor.advance(step(follower, { to: at(3), directives: [directive], events: [told('1')] }));
      await fixture.crash();
      deepEqual(await fixture.others.position(follower), at(3));
      deepEqual(await fixture.patients.directives(directive.handle), [directive]);
      deepEqual(await drained(), ['1']);
    });

    it('law 1: a step that fails leaves nothing', async () => {
      const follower = randomUUID();
      const [good, bad] = [accepted(), { ...accepted(), jws: '\u0000' }];
      await rejects(fixture.cursor.advance(step(follower, { directives: [good, bad], events: [told('2')] })));
      equal(await fixture.cursor.position(follower), undefined);
      deepEqual(await fixture.patients.directives(good.handle), []);
      deepEqual(await drained(), []);
    });

    it('law 2: of many that take the same step one does, and its effects are there once', async () => {
      const follower = randomUUID();
      for (const [from, to] of [
        [undefined, at(1)],
        [at(1), at(1, 'b')],
        [at(1, 'b'), at(4)],
      ] as const) {
        const answers = await Promise.allSettled(
          Array.from({ length: 6 }, (_, index) =>
            (index % 2 === 0 ? fixture.cursor : fixture.others).advance(
              step(follower, { from, to, events: [told(`${to.blockNumber}${to.transactionId}`)] }),
            ),
          ),
        );
        equal(answers.filter(({ status }) => status === 'fulfilled').length, 1);
        for (const answer of answers) equal(answer.status === 'fulfilled' || fenced(answer.reason), true);
      }
      deepEqual(await drained(), ['1a', '1b', '4a']);
    });

    it('laws 2 and 3: who stands elsewhere is refused, and nobody goes back', async () => {
      const follower = randomUUID();
      await fixture.cursor.advance(step(follower, { to: at(5) }));
      for (const from of [undefined, at(4), at(5, 'b')])
        await rejects(fixture.cursor.advance(step(follower, { from, to: at(9), events: [told('no')] })), fenced);
      await rejects(fixture.cursor.advance(step(follower, { from: at(5), to: at(4) })));
      deepEqual(await fixture.cursor.position(follower), at(5));
      deepEqual(await drained(), []);
    });

    it('law 4: followers stand where each stands', async () => {
      const [one, two] = [randomUUID(), randomUUID()];
      await fixture.cursor.advance(step(one, { to: at(5) }));
      await fixture.cursor.advance(step(two, { to: at(2) }));
      deepEqual([await fixture.cursor.position(one), await fixture.cursor.position(two)], [at(5), at(2)]);
    });

    it('law 5: what the ledger has accepted is committed, whatever was held, and keeps what else is held', async () => {
      const held = (more: Partial<HeldDirective>): HeldDirective => ({
        ...accepted(),
        operation: 'put',
        consentText: '{}',
        commitmentKey: new Uint8Array([1]),
        ...more,
      });
      const already = { state: 'committed', ...at(2) } as const;
      const [pending, refused, settled] = [
        held({ ledger: { state: 'pending' } }),
        held({ ledger: { state: 'refused' } }),
        held({ ledger: already }),
      ] as const;
      for (const each of [pending, refused, settled]) await fixture.patients.hold(each);
      const directives = [pending, refused, settled].map(({ consentText, commitmentKey, ...bare }) => {
        equal(consentText, '{}');
        equal(commitmentKey?.length, 1);
        return { ...bare, receivedAt: 9999, ledger: { state: 'committed', ...at(7) } as const };
      });
      await fixture.cursor.advance(step(randomUUID(), { directives }));
      const ledger = { state: 'committed', ...at(7) } as const;
      deepEqual(await fixture.patients.directives(pending.handle), [{ ...pending, ledger }]);
      deepEqual(await fixture.patients.directives(refused.handle), [{ ...refused, ledger }]);
      deepEqual(await fixture.patients.directives(settled.handle), [settled]);
    });
  });
};
