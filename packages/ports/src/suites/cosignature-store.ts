import { deepEqual, equal } from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import type { Cosignature, CosignatureStore } from '../cosignature-store.ts';

export type CosignatureStoreFixture = {
  readonly cosignatures: CosignatureStore;
  /** The same store through connections of its own, as another process has it. */
  readonly others: CosignatureStore;
  crash(): Promise<void>;
  close(): Promise<void>;
};

const newCosignature = (rest: Partial<Cosignature> = {}): Cosignature => ({
  log: 'records',
  treeSize: 1,
  rootHash: randomBytes(32).toString('base64'),
  witness: `w.example/${randomUUID()}`,
  line: `— w.example ${randomUUID()}`,
  ...rest,
});

export const cosignatureStoreSuite = (name: string, openFixture: () => Promise<CosignatureStoreFixture>): void => {
  describe(`CosignatureStore: ${name}`, () => {
    let fixture: CosignatureStoreFixture;
    before(async () => {
      fixture = await openFixture();
    });
    after(() => fixture.close());

    it('laws 1, 2 and 5: keeps the newest of each witness, for that tree alone', async () => {
      const first = newCosignature({ witness: 'b' });
      const other = { ...newCosignature({ witness: 'B' }), rootHash: first.rootHash };
      const newer = { ...first, line: 'newer' };
      for (const each of [first, other, newer]) await fixture.cosignatures.add(each);
      await fixture.cosignatures.add({ ...first, rootHash: 'another' });
      await fixture.cosignatures.add({ ...first, log: 'access' });
      await fixture.cosignatures.add({ ...first, treeSize: 2 });
      await fixture.crash();
      deepEqual(await fixture.others.of(first), [other, newer]);
      deepEqual(await fixture.others.of(newCosignature()), []);
      equal((await fixture.others.held()).filter(({ witness }) => witness === 'b').length, 4);
    });

    it('law 3: forgets smaller trees of one log', async () => {
      const rootHash = 'one for all';
      const all = [3, 4].flatMap((treeSize) => [
        newCosignature({ treeSize, rootHash }),
        newCosignature({ treeSize, rootHash, log: 'access' }),
      ]);
      for (const each of all) await fixture.cosignatures.add(each);
      await fixture.cosignatures.forget('records', 4);
      const left = await Promise.all(all.map(async (each) => (await fixture.others.of(each)).length));
      deepEqual(left, [0, 1, 1, 1]);
    });

    it('law 4 and 5: pins the first key of an organisation at an address', async () => {
      const url = `https://w.example/${randomUUID()}`;
      const pins = await Promise.all(
        Array.from({ length: 8 }, (_, at) =>
          (at % 2 === 0 ? fixture.cosignatures : fixture.others).pin('hospital-b', url, `key-${at}`),
        ),
      );
      equal(new Set(pins).size, 1);
      await fixture.crash();
      equal(await fixture.others.pin('hospital-b', url, 'another'), pins[0]);
      equal(await fixture.others.pinned('hospital-b', url), pins[0]);
      equal(await fixture.others.pin('hospital-c', url, 'another'), 'another');
      deepEqual(
        (await fixture.others.pins()).filter(({ witnessUrl }) => witnessUrl === url),
        [
          { organization: 'hospital-b', witnessUrl: url, verifierKey: pins[0] },
          { organization: 'hospital-c', witnessUrl: url, verifierKey: 'another' },
        ],
      );
      equal(await fixture.others.pinned('hospital-c', `${url}/moved`), undefined);
    });
  });
};
