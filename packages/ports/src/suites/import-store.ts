import { deepEqual, equal, rejects } from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { isKind } from '../errors.ts';
import type { ImportError, ImportProgress, ImportStep, ImportStore, NewImport } from '../import-store.ts';

export type ImportStoreFixture = {
  readonly imports: ImportStore;
  /** The same through connections of its own, as another process has it. */
  readonly others: ImportStore;
  crash(): Promise<void>;
  close(): Promise<void>;
};

const fenced = (error: unknown): boolean => isKind(error, 'fenced');
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const textOf = (read: Uint8Array | undefined): string | undefined => read && new TextDecoder().decode(read);

/** The laws of the ImportStore port, each by its number. */
export const importStoreSuite = (name: string, openFixture: () => Promise<ImportStoreFixture>): void => {
  describe(`ImportStore: ${name}`, () => {
    let fixture: ImportStoreFixture;
    before(async () => {
      fixture = await openFixture();
    });
    after(() => fixture.close());

    const newJob = (rest: Partial<NewImport> = {}): NewImport => ({
      id: randomUUID(),
      organization: 'hospital-a',
      request: 'https://a.example/fhir/$import',
      updates: 'allowed',
      inputs: [{ from: { kind: 'upload' } }],
      ...rest,
    });
    const progress: ImportProgress = {
      inputs: [{ offset: 10, lines: 2, created: 1, updated: 0, refused: 1, state: 'unread' }],
      known: { 'Patient/1': 3 },
    };
    const step = (id: string, from: number, rest: Partial<ImportStep> = {}): ImportStep => ({
      id,
      from,
      progress,
      errors: [],
      state: 'running',
      ...rest,
    });
    const accepted = async (rest: Partial<NewImport> = {}): Promise<NewImport> => {
      const job = newJob(rest);
      await fixture.imports.accept(job);
      return job;
    };
    const end = (id: string): Promise<unknown> => fixture.imports.remove(id);

    it('law 1: what was appended and accepted outlives a crash, and is read from wherever it is asked', async () => {
      const job = newJob();
      await fixture.imports.append(job.id, 0, bytes('abc'));
      await fixture.imports.append(job.id, 3, bytes('defg'));
      equal(await fixture.imports.job(job.id), undefined);
      await fixture.imports.accept(job);
      await fixture.crash();
      const { acceptedAtMs, revision, progress: begun, ...same } = (await fixture.others.job(job.id)) ?? {};
      deepEqual([same, revision, typeof acceptedAtMs], [job, 1, 'number']);
      const inputs = [{ offset: 0, lines: 0, created: 0, updated: 0, refused: 0, state: 'unread' }];
      deepEqual(begun, { inputs, known: {} });
      const read = await Promise.all([0, 2, 3, 6, 7].map((at) => fixture.others.uploaded(job.id, at)));
      deepEqual(read.map(textOf), ['abc', 'c', 'defg', 'g', undefined]);
      await end(job.id);
    });

    it('law 2: saves progress and errors together, through a crash', async () => {
      const { id } = await accepted();
      const errors: ImportError[] = [4, 2, 3].map((line) => ({ input: 0, line, outcome: `{"line":${line}}` }));
      equal(await fixture.imports.advance(step(id, 1, { errors })), 2);
      await fixture.crash();
      deepEqual((await fixture.others.job(id))?.progress, progress);
      const first = await fixture.others.errors(id, { limit: 2 });
      const after = first.at(-1);
      const rest = await fixture.others.errors(id, { limit: 2, ...(after === undefined ? {} : { after }) });
      deepEqual(
        [...first, ...rest],
        errors.toSorted((a, b) => a.line - b.line),
      );
      await end(id);
    });

    it('law 3: of many that take the same step one does; none where the job is removed or finished', async () => {
      const { id } = await accepted();
      const answers = await Promise.allSettled(
        Array.from({ length: 6 }, (_, index) =>
          (index % 2 === 0 ? fixture.imports : fixture.others).advance(
            step(id, 1, { errors: [{ input: 0, line: index, outcome: '{}' }] }),
          ),
        ),
      );
      equal(answers.filter(({ status }) => status === 'fulfilled').length, 1);
      for (const answer of answers) equal(answer.status === 'fulfilled' || fenced(answer.reason), true);
      equal((await fixture.imports.errors(id, { limit: 9 })).length, 1);
      equal(await fixture.imports.advance(step(id, 2, { state: 'finished' })), 3);
      await rejects(fixture.imports.advance(step(id, 3)), fenced);
      equal(await fixture.others.remove(id), 'removed');
      equal(await fixture.imports.remove(id), 'absent');
      await rejects(fixture.imports.advance(step(id, 3)), fenced);
      deepEqual(await fixture.imports.errors(id, { limit: 9 }), []);
    });

    it('law 4: the oldest that is not finished comes next', async () => {
      const [one, two] = [await accepted(), await accepted()];
      equal((await fixture.others.next())?.id, one.id);
      await fixture.imports.advance(step(one.id, 1, { state: 'finished' }));
      equal((await fixture.others.next())?.id, two.id);
      await end(two.id);
      equal(await fixture.others.next(), undefined);
      equal(typeof (await fixture.others.job(one.id))?.finishedAtMs, 'number');
      await end(one.id);
    });

    it('law 5: uploads go with their job, and those that nobody accepted when they are old', async () => {
      const [finished, removed] = [newJob(), newJob()];
      for (const job of [finished, removed]) {
        await fixture.imports.append(job.id, 0, bytes('x'));
        await fixture.imports.accept(job);
      }
      const left = randomUUID();
      await fixture.imports.append(left, 0, bytes('x'));
      await fixture.imports.advance(step(finished.id, 1, { state: 'finished' }));
      await fixture.imports.remove(removed.id);
      const there = async (): Promise<readonly boolean[]> =>
        Promise.all(
          [finished.id, removed.id, left].map(async (id) => (await fixture.others.uploaded(id, 0)) !== undefined),
        );
      await fixture.imports.forget({ uploadsMs: 60_000, finishedMs: 60_000 });
      deepEqual(await there(), [false, false, true]);
      equal((await fixture.imports.job(finished.id))?.id, finished.id);
      await fixture.imports.forget({ uploadsMs: 0, finishedMs: 0 });
      deepEqual(await there(), [false, false, false]);
      equal(await fixture.imports.job(finished.id), undefined);
    });
  });
};
