import { deepEqual, equal, rejects } from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { isKind } from '../errors.ts';
import { mostForks, rememberedTrees, type Fork, type WitnessedTree, type WitnessStore } from '../witness-store.ts';

export type WitnessStoreFixture = {
  readonly witnessed: WitnessStore;
  /** The same store through connections of its own, as another process has it. */
  readonly others: WitnessStore;
  crash(): Promise<void>;
  close(): Promise<void>;
};

const newOrigin = (): string => `test.example/${randomUUID()}`;
const newTree = (origin: string, treeSize: number): WitnessedTree => {
  const rootHash = randomBytes(32).toString('base64');
  return { origin, treeSize, rootHash, note: `${origin}\n${treeSize}\n${rootHash}\n\n— ${origin} AAAA\n` };
};
const newFork = (origin: string, kind: Fork['kind'], treeSize = 7): Fork => ({
  ...newTree(origin, treeSize),
  kind,
  against: newTree(origin, treeSize).note,
  oldSize: 3,
  proof: [randomBytes(32).toString('base64'), randomBytes(32).toString('base64')],
  seenAt: Date.UTC(2026, 0, 1),
});

export const witnessStoreSuite = (name: string, openFixture: () => Promise<WitnessStoreFixture>): void => {
  describe(`WitnessStore: ${name}`, () => {
    let fixture: WitnessStoreFixture;
    before(async () => {
      fixture = await openFixture();
    });
    after(() => fixture.close());

    it('law 1: takes one tree of many that start from the same size, in any process, and keeps it', async () => {
      const origin = newOrigin();
      for (const from of [0, 10]) {
        const trees = Array.from({ length: 12 }, () => newTree(origin, from + 10));
        const outcomes = await Promise.all(
          trees.map((tree, at) => (at % 2 === 0 ? fixture.witnessed : fixture.others).advance(from, tree)),
        );
        equal(outcomes.filter((outcome) => outcome === 'advanced').length, 1);
        await fixture.crash();
        deepEqual(await fixture.witnessed.newest(origin), trees[outcomes.indexOf('advanced')]);
      }
      equal(await fixture.witnessed.advance(10, newTree(origin, 30)), 'overtaken');
      equal((await fixture.others.newest(origin))?.treeSize, 20);
      equal(await fixture.others.newest(newOrigin()), undefined);
    });

    it('law 2: goes back for nobody, and has one root a size', async () => {
      const origin = newOrigin();
      const tree = newTree(origin, 5);
      equal(await fixture.witnessed.advance(0, tree), 'advanced');
      for (const refused of [newTree(origin, 4), newTree(origin, 5)])
        await rejects(fixture.others.advance(5, refused), (error) => isKind(error, 'conflict'));
      equal(await fixture.others.advance(5, { ...tree, note: 'another note of this tree' }), 'advanced');
      deepEqual(await fixture.witnessed.newest(origin), tree);
    });

    it('law 2: an empty tree is a tree', async () => {
      const origin = newOrigin();
      const empty = newTree(origin, 0);
      equal(await fixture.witnessed.advance(0, empty), 'advanced');
      await rejects(fixture.witnessed.advance(0, newTree(origin, 0)), (error) => isKind(error, 'conflict'));
      deepEqual(await fixture.witnessed.newest(origin), empty);
      equal(await fixture.witnessed.advance(0, newTree(origin, 3)), 'advanced');
    });

    it('law 3: remembers the newest trees, and not for ever', async () => {
      const origin = newOrigin();
      const trees = Array.from({ length: rememberedTrees + 2 }, (_, at) => newTree(origin, at + 1));
      for (const tree of trees) await fixture.witnessed.advance(tree.treeSize - 1, tree);
      deepEqual(await fixture.others.cosigned(origin, 3), trees[2]);
      deepEqual(await fixture.others.cosigned(origin, trees.length), trees.at(-1));
      equal(await fixture.others.cosigned(origin, 2), undefined);
      equal(await fixture.others.cosigned(newOrigin(), 3), undefined);
    });

    it('laws 4 and 6: keeps each fork once, and so many of a kind', async () => {
      const origin = newOrigin();
      const [fork, later] = [newFork(origin, 'unproven'), { ...newFork(origin, 'equivocation'), seenAt: Date.now() }];
      equal(await fixture.witnessed.keepFork(fork), 'kept');
      equal(await fixture.others.keepFork({ ...fork, seenAt: 1 }), 'known');
      equal(await fixture.witnessed.keepFork(later), 'kept');
      await fixture.crash();
      deepEqual(await fixture.others.forks(origin), [later, fork]);
      const proved: Fork = { ...fork, kind: 'equivocation' };
      equal(await fixture.others.keepFork(proved), 'kept');
      equal(await fixture.others.keepFork(fork), 'known');
      deepEqual(await fixture.witnessed.forks(origin), [later, proved]);
      const more = Array.from({ length: mostForks + 1 }, () => newFork(origin, 'unproven'));
      const outcomes = await Promise.all(more.map((each) => fixture.witnessed.keepFork(each)));
      equal(outcomes.filter((outcome) => outcome === 'full').length, 1);
      equal(await fixture.witnessed.keepFork(newFork(origin, 'equivocation')), 'kept');
      equal((await fixture.others.forks()).filter((each) => each.origin === origin).length, mostForks + 3);
    });

    it('law 6: gives all that it remembers', async () => {
      const origin = newOrigin();
      const trees = [newTree(origin, 2), newTree(origin, 9), newTree(origin, 10)];
      for (const [at, tree] of trees.entries()) await fixture.witnessed.advance(trees[at - 1]?.treeSize ?? 0, tree);
      deepEqual(
        (await fixture.others.trees()).filter((tree) => tree.origin === origin),
        trees,
      );
    });

    it('law 5: what was cosigned after all is no fork, unless it was proved to be', async () => {
      const origin = newOrigin();
      const [unproven, proved] = [newFork(origin, 'unproven', 4), newFork(origin, 'equivocation', 5)];
      for (const fork of [unproven, proved]) await fixture.witnessed.keepFork(fork);
      const treeOf = ({ treeSize, rootHash, note }: Fork): WitnessedTree => ({ origin, treeSize, rootHash, note });
      await fixture.witnessed.advance(0, treeOf(unproven));
      await fixture.witnessed.advance(4, treeOf(proved));
      deepEqual(await fixture.others.forks(origin), [proved]);
    });
  });
};
