import { deepEqual, equal, notDeepEqual, ok, rejects } from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { isKind } from '../errors.ts';
import type { Outbox, OutgoingEvent } from '../event-log.ts';
import type { AnchoredCheckpoint, Integrate, LogEntry, LogHead, LogStore, Tile, TileKey } from '../log-store.ts';

export type LogStoreFixture = {
  /** Empty at first. */
  readonly logs: LogStore;
  /** Where `markAnchored` leaves its rows. */
  readonly outbox: Outbox;
  /** The same logs through connections of their own, as another process has them. */
  readonly others: LogStore;
  crash(): Promise<void>;
  close(): Promise<void>;
};

const tileWidth = 256;
const newEntry = (): LogEntry => ({ handle: randomUUID(), versionId: 1, entry: new Uint8Array(randomBytes(32)) });
const newEntries = (count: number): readonly LogEntry[] => Array.from({ length: count }, newEntry);

const bundleOf = (entries: readonly Uint8Array[]): Buffer =>
  Buffer.concat(entries.flatMap((entry) => [Buffer.from([entry.length >> 8, entry.length & 255]), entry]));

/** No tree, but what the store must keep of one: entry bundles, a level 0 of the entries themselves, and a state. */
export const integrate: Integrate = async (head, entries, readTile) => {
  const tiles: Tile[] = [];
  let next = 0;
  while (next < entries.length) {
    const size = head.treeSize + next;
    const index = Math.floor(size / tileWidth);
    const before = size % tileWidth;
    const added = entries.slice(next, next + tileWidth - before);
    const width = before + added.length;
    for (const level of [0, 'entries'] as const) {
      const old = before === 0 ? new Uint8Array() : await readTile({ level, index, width: before });
      ok(old !== undefined);
      tiles.push({
        level,
        index,
        width,
        data: Buffer.concat([old, level === 0 ? Buffer.concat(added) : bundleOf(added)]),
      });
    }
    next += added.length;
  }
  return {
    head: { treeSize: head.treeSize + entries.length, state: `state of ${head.treeSize + entries.length}` },
    tiles,
  };
};

const isFenced = (error: unknown): boolean => isKind(error, 'fenced');

const anchoredAt = (treeSize: number): AnchoredCheckpoint => ({
  log: 'records',
  treeSize,
  note: `note of ${treeSize}\n`,
  transactionId: `transaction ${treeSize}`,
  blockNumber: treeSize + 1,
  receipt: { type: 'embedded', blockNumber: treeSize + 1 },
});

export const logStoreSuite = (name: string, openFixture: () => Promise<LogStoreFixture>): void => {
  describe(`LogStore: ${name}`, () => {
    let fixture: LogStoreFixture;
    const written: LogEntry[] = [];
    const sizeNow = (): number => written.length;
    before(async () => {
      fixture = await openFixture();
    });
    after(() => fixture.close());

    const append = async (count: number): Promise<LogHead> => {
      const entries = newEntries(count);
      const head = await fixture.logs.append(await fixture.logs.lease('records'), entries, integrate);
      written.push(...entries);
      return head;
    };

    const drainAll = async (): Promise<OutgoingEvent[]> => {
      const all: OutgoingEvent[] = [];
      while ((await fixture.outbox.drain(100, async (events) => void all.push(...events))) > 0);
      return all;
    };

    const level0 = (index: number, width: number): Buffer =>
      Buffer.concat(written.slice(index * tileWidth, index * tileWidth + width).map(({ entry }) => entry));

    it('has nothing at first', async () => {
      await fixture.logs.lease('records');
      equal(await fixture.logs.head('records'), undefined);
      equal(await fixture.logs.checkpoint('records'), undefined);
      equal(await fixture.logs.anchored('records'), undefined);
      equal(await fixture.logs.readTile('records', { level: 0, index: 0, width: 1 }), undefined);
      deepEqual(await fixture.logs.entries('records', 0, 10), []);
    });

    it('law 1: leaf indexes, tiles and head are there once append resolved, also after a crash', async () => {
      const head = await append(300);
      deepEqual(head, { treeSize: 300, state: 'state of 300' });
      await fixture.crash();
      deepEqual(await fixture.others.head('records'), head);
      deepEqual(
        await fixture.others.readTile('records', { level: 0, index: 1, width: 44 }),
        new Uint8Array(level0(1, 44)),
      );
      equal((await fixture.others.leafIndex(written[299]!))?.leafIndex, 299);
    });

    it('law 1: an integration that fails leaves nothing', async () => {
      const entries = newEntries(3);
      const lease = await fixture.logs.lease('records');
      await rejects(fixture.logs.append(lease, entries, () => Promise.reject(new Error('no'))));
      await rejects(
        fixture.logs.append(lease, entries, (head) => Promise.resolve({ head, tiles: [] })),
        (error) => isKind(error, 'internal'),
      );
      equal((await fixture.logs.head('records'))?.treeSize, sizeNow());
      equal(await fixture.logs.leafIndex(entries[0]!), undefined);
    });

    it('law 2: an entry that is there keeps its leaf index', async () => {
      const lease = await fixture.logs.lease('records');
      const fresh = newEntry();
      const head = await fixture.logs.append(lease, [written[5]!, fresh, written[7]!, fresh], integrate);
      written.push(fresh);
      equal(head.treeSize, sizeNow());
      deepEqual(
        await fixture.logs.append(lease, [fresh, written[5]!], () => Promise.reject(new Error('nothing is new'))),
        head,
      );
      equal((await fixture.logs.leafIndex(written[5]!))?.leafIndex, 5);
      deepEqual(await fixture.logs.leafIndex(fresh), { log: 'records', leafIndex: sizeNow() - 1 });
      const version2 = { ...fresh, versionId: 2 };
      await fixture.logs.append(lease, [version2], integrate);
      written.push(version2);
      equal((await fixture.logs.leafIndex(version2))?.leafIndex, sizeNow() - 1);
    });

    it('law 3: leaf indexes are dense, in the order given', async () => {
      await append(10);
      const entries = await fixture.logs.entries('records', 0, 10_000);
      deepEqual(
        entries,
        written.map(({ handle, versionId }, leafIndex) => ({ handle, versionId, leafIndex })),
      );
      deepEqual(await fixture.logs.entries('records', 3, 2), entries.slice(3, 5));
    });

    it('keeps the logs apart', async () => {
      const lease = await fixture.logs.lease('access');
      const entry = newEntry();
      await fixture.logs.append(lease, [entry], integrate);
      deepEqual(await fixture.logs.leafIndex(entry), { log: 'access', leafIndex: 0 });
      equal((await fixture.logs.head('records'))?.treeSize, sizeNow());
    });

    it('law 4: only the newest lease writes', async () => {
      const old = await fixture.logs.lease('records');
      const lease = await fixture.others.lease('records');
      ok(lease.epoch > old.epoch);
      await rejects(fixture.logs.append(old, newEntries(1), integrate), isFenced);
      await rejects(fixture.logs.publishCheckpoint(old, { treeSize: sizeNow(), note: 'old' }), isFenced);
      await rejects(fixture.logs.markAnchored(old, anchoredAt(1), []), isFenced);
      await fixture.logs.append(lease, [], integrate);
      await fixture.crash();
      ok((await fixture.logs.lease('records')).epoch > lease.epoch);
    });

    it('law 4: a lease given out during an append waits for it or fences it', async () => {
      const lease = await fixture.logs.lease('records');
      const entries = newEntries(1);
      const slowly: Integrate = async (...args) => {
        await new Promise((done) => setTimeout(done, 100));
        return integrate(...args);
      };
      const appending = fixture.logs.append(lease, entries, slowly);
      const next = await fixture.others.lease('records');
      const isAppended = await appending.then(
        () => true,
        (error: unknown) => !isFenced(error),
      );
      if (isAppended) written.push(...entries);
      equal((await fixture.others.append(next, [], integrate)).treeSize, sizeNow());
    });

    it('law 5: a partial tile stays readable as a prefix, and a tile never changes', async () => {
      await append(tileWidth - (sizeNow() % tileWidth) + 3);
      const full: TileKey = { level: 0, index: 1, width: tileWidth };
      for (const width of [1, 44, 200, tileWidth]) {
        deepEqual(await fixture.logs.readTile('records', { ...full, width }), new Uint8Array(level0(1, width)));
        const bundle = bundleOf(written.slice(tileWidth, tileWidth + width).map(({ entry }) => entry));
        deepEqual(await fixture.logs.readTile('records', { ...full, width, level: 'entries' }), new Uint8Array(bundle));
      }
      equal(await fixture.logs.readTile('records', { level: 0, index: 2, width: 4 }), undefined);
      const lease = await fixture.logs.lease('records');
      const forge: Integrate = async (head, entries, readTile) => ({
        ...(await integrate(head, entries, readTile)),
        tiles: [{ ...full, data: randomBytes(32 * tileWidth) }],
      });
      await rejects(fixture.logs.append(lease, newEntries(1), forge), (error) => isKind(error, 'corrupt'));
      deepEqual(await fixture.logs.readTile('records', full), new Uint8Array(level0(1, tileWidth)));
    });

    it('law 6: the checkpoint never shrinks, nor runs ahead of the tree', async () => {
      const lease = await fixture.logs.lease('records');
      const newest = { treeSize: sizeNow(), note: 'newest\n' };
      await fixture.logs.publishCheckpoint(lease, newest);
      await fixture.logs.publishCheckpoint(lease, { treeSize: sizeNow() - 1, note: 'smaller\n' });
      deepEqual(await fixture.others.checkpoint('records'), newest);
      await rejects(fixture.logs.publishCheckpoint(lease, { treeSize: sizeNow() + 1, note: 'ahead\n' }));
      deepEqual(await fixture.others.checkpoint('records'), newest);
    });

    it('law 7: an anchored checkpoint and its events are committed once', async () => {
      await drainAll();
      const lease = await fixture.logs.lease('records');
      const events = [1, 2].map((number) => ({ topic: 'suite.anchored', key: 'key', value: String(number) }));
      await fixture.logs.markAnchored(lease, anchoredAt(20), events);
      await fixture.logs.markAnchored(lease, anchoredAt(20), events);
      await fixture.logs.markAnchored(lease, anchoredAt(10), []);
      await fixture.crash();
      deepEqual(await fixture.logs.anchored('records'), anchoredAt(20));
      const signed = { ...anchoredAt(30), coseTreeHead: Uint8Array.of(0xd2, 0x84) };
      await fixture.logs.markAnchored(lease, signed, []);
      deepEqual(await fixture.others.anchored('records'), signed);
      deepEqual(await drainAll(), events);
      notDeepEqual(await fixture.logs.anchored('access'), anchoredAt(20));
    });

    it('law 8: keeps who writes the log on the ledger, as the newest lease noted it', async () => {
      const old = await fixture.logs.lease('access');
      const lease = await fixture.others.lease('access');
      const claim = { writer: 'w'.repeat(22), nextWriter: undefined };
      await fixture.logs.noteClaim(lease, claim);
      await rejects(fixture.others.noteClaim(old, { writer: undefined, nextWriter: 'n'.repeat(22) }), isFenced);
      await fixture.crash();
      deepEqual(await fixture.others.claim('access'), claim);
    });

    it('law 9: goes on as its own successor, which nobody has claimed', async () => {
      const lease = await fixture.logs.lease('access');
      const head = await fixture.logs.head('access');
      const before = await fixture.logs.generation('access');
      await fixture.logs.succeed(lease);
      await fixture.crash();
      equal(await fixture.others.generation('access'), before + 1);
      deepEqual(await fixture.others.claim('access'), { writer: undefined, nextWriter: undefined });
      deepEqual(await fixture.others.head('access'), head);
    });
  });
};
