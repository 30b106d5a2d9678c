/** What is acknowledged stays, what is not is said honestly, and the stores recover by themselves. */
import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { isKind, type Draft, type ErrorKind, type StoredVersion } from '@chartseal/ports';
import { openPostgres, type PostgresStores } from '@chartseal/postgres';
import { skipWithout } from './available.ts';
import { choices, PostgresServer } from './postgres-server.ts';
import { verbatimDraft } from './verbatim-draft.ts';

const draft = (id: string, content: string): Draft => verbatimDraft({ resourceType: 'Observation', id }, content);

type Attempt = { readonly id: string; readonly content: string };

/** Everything that writers and readers were told. */
class Load {
  readonly acknowledged: StoredVersion[] = [];
  readonly refused: Attempt[] = [];
  readonly kinds = new Map<ErrorKind | 'other', number>();
  reads = 0;
  readonly #stores: PostgresStores;
  readonly #ending = new AbortController();
  readonly #size: number;

  constructor(stores: PostgresStores, size = 100) {
    this.#stores = stores;
    this.#size = size;
  }

  start(writers: number): Promise<unknown> {
    return Promise.all([...Array.from({ length: writers }, (_, number) => this.#write(number)), this.#read()]);
  }

  end(): void {
    this.#ending.abort();
  }

  /** New records, one after the other new versions of one record, and both in one unit. */
  async #write(writer: number): Promise<void> {
    const own = { resourceType: 'Observation', id: `own-${writer}-${randomUUID()}` };
    for (let round = 0; !this.#ending.signal.aborted; round += 1) {
      const content = `{"round":${round},"pad":"${randomBytes(this.#size).toString('base64')}"}`;
      const fresh = { id: randomUUID(), content };
      const attempts = [
        [fresh],
        [{ id: own.id, content }],
        [
          { ...fresh, id: randomUUID() },
          { id: own.id, content },
        ],
      ];
      const drafts = attempts[round % 3] ?? [];
      const touches = round % 3 === 0 ? [] : [own];
      try {
        const plan = (): readonly Draft[] => drafts.map((each) => draft(each.id, each.content));
        this.acknowledged.push(...(await this.#stores.records.commit({ touches, exclusive: [], plan })));
      } catch (error) {
        const kind = isKind(error, 'outcome-unknown') || isKind(error, 'store-unavailable') ? error.kind : 'other';
        this.kinds.set(kind, (this.kinds.get(kind) ?? 0) + 1);
        if (kind === 'store-unavailable') this.refused.push(...drafts);
        await sleep(20);
      }
    }
  }

  async #read(): Promise<void> {
    while (!this.#ending.signal.aborted) {
      const version = this.acknowledged.at(Math.floor(Math.random() * this.acknowledged.length));
      if (version !== undefined)
        try {
          equal((await this.#stores.records.vread(version, version.versionId))?.content, version.content);
          this.reads += 1;
        } catch (error) {
          if (!isKind(error, 'store-unavailable')) throw error;
        }
      await sleep(2);
    }
  }

  /** Nothing acknowledged is lost, nothing refused is there, versions have no gap, and each has its row in the outbox. */
  async check(stores: PostgresStores): Promise<void> {
    for (const version of this.acknowledged)
      equal((await stores.records.vread(version, version.versionId))?.content, version.content);
    for (const { id, content } of this.refused) {
      const history = await stores.records.history({ resourceType: 'Observation', id }, { limit: 10_000 });
      ok(!history.some((version) => version.content === content), 'something refused is there');
    }
    const rows: string[] = [];
    while (
      (await stores.outbox.drain(
        5000,
        async (events) => void rows.push(...events.map(({ key, value }) => `${key} ${value}`)),
      )) > 0
    );
    equal(new Set(rows).size, rows.length);
    const told = new Set(rows);
    for (const { handle, versionId } of this.acknowledged) ok(told.has(`${handle} ${versionId}`));
    for (const key of new Map(this.acknowledged.map((version) => [version.id, version])).values()) {
      const history = await stores.records.history(key, { limit: 10_000 });
      deepEqual(
        history.map(({ versionId }) => versionId),
        Array.from(history, (_, index) => history.length - index),
      );
    }
  }
}

async function until(what: string, condition: () => boolean | Promise<boolean>, patienceMs = 30_000): Promise<void> {
  const deadline = Date.now() + patienceMs;
  while (!(await condition())) {
    ok(Date.now() < deadline, `it took too long until ${what}`);
    await sleep(20);
  }
}

/** A small disk of its own, with a ballast to throw off; undefined where this user may mount nothing. */
const smallDisk = (megabytes: number) => {
  const folder = mkdtempSync(join(tmpdir(), 'chartseal-disk-'));
  chmodSync(folder, 0o755);
  const mount = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=0777`, 'tmpfs', folder]);
  if (mount.status !== 0) {
    rmSync(folder, { recursive: true });
    return undefined;
  }
  const ballast = join(folder, 'ballast');
  return {
    folder,
    load: (mebibytes: number) => writeFileSync(ballast, Buffer.alloc(mebibytes * 1024 * 1024)),
    unload: () => rmSync(ballast),
    close: () => {
      spawnSync('umount', ['-l', folder]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

const skipLoudly = (test: TestContext): void => {
  console.log('\nNO FULL DISK WAS TRIED: THIS USER MAY NOT MOUNT A SMALL ONE (RUN AS ROOT)');
  test.skip('mount is not permitted');
};

for (const choice of choices)
  describe(`Faults of ${choice.name}`, { skip: skipWithout('postgres') }, () => {
    const server = new PostgresServer(choice, 'faults');
    let stores: PostgresStores;
    before(async () => {
      await server.up();
      stores = await openPostgres({ ...server.settings(), statementTimeoutMs: 3000 });
    });
    after(async () => {
      await stores.close();
      await server.remove();
    });

    const write = (): Promise<readonly StoredVersion[]> =>
      stores.records.commit({ touches: [], exclusive: [], plan: () => [draft(randomUUID(), '{}')] });
    const writes = (): Promise<boolean> =>
      write().then(
        () => true,
        () => false,
      );

    it('kill -9 and restarts amid writes and reads', async () => {
      const load = new Load(stores);
      const running = load.start(8);
      for (const round of [0, 1, 2, 3]) {
        const before = load.acknowledged.length;
        await until('it is loaded', () => load.acknowledged.length > before + 200);
        if (round === 2) await server.down();
        else server.kill();
        if (round > 0) await sleep(300 * round);
        await server.up();
        const restarted = Date.now();
        const then = load.acknowledged.length;
        await until('it writes again', () => load.acknowledged.length > then);
        ok(Date.now() - restarted < 5000);
      }
      load.end();
      await running;
      await load.check(stores);
      equal(load.kinds.get('other'), undefined);
      console.log(`${load.acknowledged.length} acknowledged, ${load.reads} reads, ${JSON.stringify([...load.kinds])}`);
    });

    it('is said to be away at once while nothing listens', async () => {
      await server.down();
      const from = Date.now();
      await rejects(write(), (error) => isKind(error, 'store-unavailable') || isKind(error, 'outcome-unknown'));
      await rejects(stores.records.isEmpty(), (error) => isKind(error, 'store-unavailable'));
      ok(Date.now() - from < 8000);
      await server.up();
      await until('it writes again', writes, 5000);
    });

    it('a server that says nothing any more is given up in time, and used again when it speaks', async () => {
      const load = new Load(stores);
      const running = load.start(4);
      await until('it is loaded', () => load.acknowledged.length > 100);
      const thaw = await server.freeze();
      const from = Date.now();
      await rejects(stores.records.isEmpty(), (error) => isKind(error, 'store-unavailable'));
      ok(Date.now() - from < 20_000);
      thaw();
      const then = load.acknowledged.length;
      await until('it writes again', () => load.acknowledged.length > then);
      load.end();
      await running;
      await load.check(stores);
      equal(load.kinds.get('other'), undefined);
    });

    it('a standby in its place is left for the next that writes', async () => {
      await server.sql('alter system set default_transaction_read_only = on');
      await server.sql('select pg_reload_conf()');
      await until('it refuses', async () => !(await writes()));
      await rejects(write(), (error) => isKind(error, 'store-unavailable'));
      await stores.records.isEmpty();
      await server.sql('alter system reset default_transaction_read_only');
      await server.sql('select pg_reload_conf()');
      await until('it writes again', writes, 10_000);
    });

    it('a full disk refuses writes alone, loses nothing, and is over when there is room', async (test) => {
      const disk = smallDisk(24);
      if (disk === undefined) return skipLoudly(test);
      const roomy = new PostgresServer({ ...choice, portOffset: choice.portOffset + 2 }, 'tablespace');
      await using ending = new AsyncDisposableStack();
      ending.defer(() => disk.close());
      ending.defer(() => roomy.remove());
      await roomy.up();
      const location = join(disk.folder, 'tablespace');
      mkdirSync(location, { mode: 0o700 });
      spawnSync('chown', ['--reference', roomy.dataFolder(), location]);
      await roomy.sql(`create tablespace small location '${location}'`);
      await roomy.sql('alter database chartseal set tablespace small');
      const onSmall = await openPostgres(roomy.settings());
      ending.defer(() => onSmall.close());
      disk.load(6);
      const load = new Load(onSmall, 3000);
      const running = load.start(4);
      await until('the disk is full', () => (load.kinds.get('store-unavailable') ?? 0) > 20);
      const [acknowledged, reads] = [load.acknowledged.length, load.reads];
      await until('reads go on', () => load.reads > reads + 50);
      disk.unload();
      await until('it writes again', () => load.acknowledged.length > acknowledged + 50);
      load.end();
      await running;
      await load.check(onSmall);
      equal(load.kinds.get('other'), undefined);
      await roomy.crash();
      for (const version of load.acknowledged)
        equal((await onSmall.records.vread(version, version.versionId))?.content, version.content);
      console.log(`${acknowledged} acknowledged before the disk was full, ${load.acknowledged.length} in all`);
    });

    it('a disk that is full for its log too stops it, and loses nothing', async (test) => {
      const disk = smallDisk(200);
      if (disk === undefined) return skipLoudly(test);
      const whole = new PostgresServer({ ...choice, portOffset: choice.portOffset + 4 }, 'disk', disk.folder);
      await using ending = new AsyncDisposableStack();
      ending.defer(() => disk.close());
      ending.defer(() => whole.remove());
      await whole.up();
      disk.load(60);
      const onWhole = await openPostgres(whole.settings());
      ending.defer(() => onWhole.close());
      const load = new Load(onWhole, 20_000);
      const running = load.start(4);
      await until('the disk is full', () => (load.kinds.get('store-unavailable') ?? 0) > 20, 60_000);
      await sleep(1000);
      disk.unload();
      const acknowledged = load.acknowledged.length;
      const isWriting = async (): Promise<boolean> => {
        // What a service manager does with a server that ended.
        await whole.up().catch(() => undefined);
        return load.acknowledged.length > acknowledged;
      };
      await until('it writes again', isWriting, 60_000);
      load.end();
      await running;
      await load.check(onWhole);
      equal(load.kinds.get('other'), undefined);
    });
  });
