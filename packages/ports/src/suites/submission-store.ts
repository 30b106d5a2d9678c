import { deepEqual, equal } from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { after, before, beforeEach, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Submission, SubmissionStore } from '../submission-store.ts';

export type SubmissionStoreFixture = {
  /** Two processes' views of one store. */
  readonly store: SubmissionStore;
  readonly other: SubmissionStore;
  close(): Promise<void>;
};

const newSubmission = (purpose: string = randomUUID()): Submission => ({
  transactionId: randomBytes(32).toString('hex'),
  purpose,
  signed: new Uint8Array(randomBytes(300)),
});

export const submissionStoreSuite = (name: string, open: () => Promise<SubmissionStoreFixture>): void => {
  describe(`submission store: ${name}`, () => {
    let fixture: SubmissionStoreFixture;
    let store: SubmissionStore;
    let other: SubmissionStore;
    before(async () => {
      fixture = await open();
      ({ store, other } = fixture);
    });
    beforeEach(async () => {
      for (const { transactionId } of await store.unsettled(0, 1000)) await store.settled(transactionId);
    });
    after(() => fixture.close());

    it('laws 1 and 4: what one keeps, all find, once, byte by byte', async () => {
      const submission = newSubmission();
      await store.keep(submission);
      await store.keep(submission);
      deepEqual(await other.unsettled(0, 10), [submission]);
      equal(await other.count(), 1);
    });

    it('law 2: what is settled is forgotten, and with it what was older and meant the same', async () => {
      const [older, newer] = [newSubmission('same'), newSubmission('same')];
      const unlike = newSubmission();
      for (const each of [older, unlike, newer]) await store.keep(each);
      await other.settled(newer.transactionId);
      deepEqual(await store.unsettled(0, 10), [unlike]);
      equal(await store.count(), 1);
      await other.settled(newer.transactionId);
    });

    it('law 2: what is newer stays', async () => {
      const [older, newer] = [newSubmission('same'), newSubmission('same')];
      for (const each of [older, newer]) await store.keep(each);
      await store.settled(older.transactionId);
      deepEqual(await store.unsettled(0, 10), [newer]);
    });

    it('law 3: the newest of each purpose, oldest first, none that is too young', async () => {
      const [first, again, second] = [newSubmission('one'), newSubmission('one'), newSubmission('two')];
      for (const each of [first, again, second]) await store.keep(each);
      deepEqual(await store.unsettled(0, 10), [again, second]);
      deepEqual(await store.unsettled(0, 1), [again]);
      deepEqual(await store.unsettled(60_000, 10), []);
      await sleep(60);
      deepEqual(await store.unsettled(50, 10), [again, second]);
    });
  });
};
