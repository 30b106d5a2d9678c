/** A log that is followed, mirrored and audited, and one that cheats. */
import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import {
  emptyTree,
  formatCheckpoint,
  formatVerifierKey,
  integrate,
  makeVerifierKey,
  rootHash,
  signNote,
  tilePath,
  type TileCoordinates,
} from '@chartseal/tlog';
import { directoryTiles, generateEd25519, sha256 } from '@chartseal/tlog/node';
import {
  auditLog,
  exportLog,
  followLog,
  httpLog,
  LogSourceError,
  mirrorSource,
  portablePrimitives,
} from '../verify.ts';
import type { LogSource, SeenLog, TrustFile } from '../verify.ts';

const { publicKey, sign } = generateEd25519();
const key = makeVerifierKey(sha256, 'log.example/records', publicKey);
const keys = [formatVerifierKey(key)];
const trust: TrustFile = {
  type: 'chartseal-trust/v1',
  network: 'ab'.repeat(32),
  logs: keys,
  ledger: { type: 'embedded', publicKey: '' },
};

/** A log of numbered entries; `branch` makes other entries from there on. */
const logOf = async (
  treeSize: number,
  branch = treeSize,
): Promise<LogSource & { readonly tiles: Map<string, Uint8Array> }> => {
  const tiles = new Map<string, Uint8Array>();
  const readTile = async (tile: TileCoordinates) => tiles.get(tilePath(tile));
  let tree = emptyTree;
  while (tree.treeSize < treeSize) {
    const count = Math.min(256 - (tree.treeSize % 256), treeSize - tree.treeSize);
    const entries = Array.from({ length: count }, (_, at) =>
      Buffer.from(`${tree.treeSize + at < branch ? 'entry' : 'other'} ${tree.treeSize + at}`),
    );
    const grown = await integrate(sha256, tree, entries, readTile);
    for (const tile of grown.tiles) tiles.set(tilePath(tile), tile.data);
    ({ tree } = grown);
  }
  const text = formatCheckpoint({ origin: key.name, treeSize, rootHash: rootHash(sha256, tree), extensions: [] });
  const note = await signNote(text, key, sign);
  return { tiles, readTile, checkpoint: async () => note, anchored: async () => undefined };
};
const follow = (source: LogSource, seen?: SeenLog) => followLog(source, { ...portablePrimitives, keys, seen });
const seenOf = async (size: number): Promise<SeenLog> => {
  const followed = await follow(await logOf(size));
  ok(followed.outcome === 'followed');
  return followed.seen;
};
const fault = (verdict: { readonly outcome: string } & Partial<{ fault: string; evidence: readonly string[] }>) => [
  verdict.fault,
  verdict.evidence?.length ?? 0,
];

describe('A log', () => {
  it('is followed from any tree to any larger one, and seen the same as from its beginning', async () => {
    const sizes = [0, 1, 255, 256, 257, 511, 700, 70_000];
    const whole = new Map<number, SeenLog>();
    for (const size of sizes) whole.set(size, await seenOf(size));
    for (const from of sizes)
      for (const to of sizes.filter((size) => size >= from)) {
        const followed = await follow(await logOf(to), whole.get(from));
        deepEqual(followed.outcome === 'followed' && followed.seen, whole.get(to), `${from} ${to}`);
      }
  });

  it('that cheats is told by what it did, with both of its checkpoints', async () => {
    const seen = await seenOf(600);
    deepEqual(fault(await follow(await logOf(599), seen)), ['shrunk', 2]);
    deepEqual(fault(await follow(await logOf(600, 300), seen)), ['fork', 2]);
    deepEqual(fault(await follow(await logOf(900, 599), seen)), ['fork', 2]);
    deepEqual(fault(await follow(await logOf(900, 0), seen)), ['fork', 2]);
    deepEqual(fault(await follow({ ...(await logOf(5)), checkpoint: async () => 'x\n' })), ['checkpoint', 0]);
    const foreign = await followLog(await logOf(5), { ...portablePrimitives, keys: [], seen: undefined });
    deepEqual(fault(foreign), ['checkpoint', 0]);
    deepEqual(fault(await follow(await logOf(900), { ...seen, origin: 'other' })), ['origin', 0]);
  });

  it('whose tiles are wrong is told by the tile, whichever it is', async () => {
    const good = await logOf(70_000);
    const needed = [
      'tile/entries/003',
      'tile/0/003',
      'tile/1/000',
      'tile/1/001.p/17',
      'tile/2/000.p/1',
      'tile/entries/273.p/112',
    ];
    for (const path of needed) {
      ok(good.tiles.has(path), path);
      for (const change of ['missing', 'altered', 'short'] as const) {
        const tiles = new Map(good.tiles);
        const data = Uint8Array.from(tiles.get(path) ?? []);
        if (change === 'missing') tiles.delete(path);
        else if (change === 'short') tiles.set(path, data.subarray(0, 31));
        else
          tiles.set(
            path,
            data.map((byte, at) => (at === 5 ? byte ^ 1 : byte)),
          );
        const followed = await follow({ ...good, readTile: async (tile) => tiles.get(tilePath(tile)) });
        equal(followed.outcome, 'refuted', `${path} ${change}`);
      }
    }
  });

  it('is audited against what it shows of the ledger', async () => {
    const source = await logOf(300);
    const audited = await auditLog(source, { trust });
    ok(audited.outcome === 'sound' && audited.anchored === undefined);
    for (const shown of [
      {},
      null,
      { note: 'x', receipt: { type: 'embedded' } },
      { note: await source.checkpoint(), receipt: { type: 'embedded' } },
    ])
      deepEqual(fault(await auditLog({ ...source, anchored: async () => shown }, { trust })), ['anchored', 0]);
  });
});

describe('A mirror', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'chartseal-mirror-'));
  after(() => rm(folder, { recursive: true }));

  it('is brought up to date, verifies offline, and refuses another history, keeping the evidence', async () => {
    const files = directoryTiles(join(folder, 'log'));
    for (const size of [0, 3, 300, 300, 70_000]) {
      equal((await exportLog(await logOf(size), files, { keys })).outcome, 'followed');
      const audited = await auditLog(mirrorSource(files), { trust });
      ok(audited.outcome === 'sound', JSON.stringify(audited));
      equal(audited.checkpoint.treeSize, size);
    }
    deepEqual(fault(await exportLog(await logOf(70_010, 20), files, { keys })), ['fork', 2]);
    const evidence = JSON.parse((await files.readText('evidence.json')) ?? '{}') as { evidence: readonly string[] };
    equal(evidence.evidence.length, 2);
    equal((await auditLog(mirrorSource(files), { trust })).outcome, 'sound');
    equal((await exportLog(await logOf(70_010), files, { keys })).outcome, 'followed');
    equal((await auditLog(mirrorSource(files), { trust })).outcome, 'sound');
  });

  it('goes on after it was stopped anywhere', async () => {
    const files = directoryTiles(join(folder, 'stopped'));
    for (let left = 1; ; left += 3) {
      let writes = left;
      const dying = {
        ...files,
        writeTile: async (...args: Parameters<typeof files.writeTile>) => {
          writes -= 1;
          if (writes < 0) throw new Error('stopped');
          return files.writeTile(...args);
        },
      };
      const stopped = await exportLog(await logOf(600 + left), dying, { keys }).catch(() => undefined);
      if (stopped === undefined && left < 30) continue;
      break;
    }
    equal((await exportLog(await logOf(900), files, { keys })).outcome, 'followed');
    equal((await auditLog(mirrorSource(files), { trust })).outcome, 'sound');
  });
});

describe('A log over HTTP', () => {
  it('is given up where it answers without end, elsewhere, or not at all', async () => {
    const server = createServer((req, res) => {
      if (req.url?.endsWith('/checkpoint') === true && req.url.startsWith('/endless')) {
        const timer = setInterval(() => res.write('x'.repeat(60_000)), 1);
        res.on('close', () => clearInterval(timer));
      } else if (req.url?.startsWith('/elsewhere') === true)
        res.writeHead(302, { location: 'http://127.0.0.1:1/' }).end();
      else if (req.url?.startsWith('/silent') !== true) res.writeHead(500).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    for (const path of ['endless', 'elsewhere', 'silent', 'broken'])
      await rejects(follow(httpLog(`${base}/${path}`, { timeoutMs: 500 })), LogSourceError, path);
    server.closeAllConnections();
    server.close();
  });
});

describe('An audit', () => {
  it('of a log that grows while it is looked at is of one moment', async () => {
    const [before, after] = [await logOf(300), await logOf(600)];
    let asked = 0;
    // Whoever asks for what is anchored first sees the log as it was before.
    const growing: LogSource = {
      ...after,
      anchored: async () => {
        asked += 1;
        return undefined;
      },
      checkpoint: async () => (asked === 0 ? before : after).checkpoint(),
    };
    const audited = await auditLog(growing, { trust });
    ok(audited.outcome === 'sound' && audited.checkpoint.treeSize === 600);
  });

  it('tells entries that were altered on their way from a log that contradicts itself', async () => {
    const [source, seen] = [await logOf(600), await seenOf(300)];
    const altered = new Map(source.tiles);
    const path = 'tile/entries/002.p/88';
    altered.set(path, Uint8Array.from(altered.get(path) ?? []).fill(65, 2, 5));
    const readTile = async (tile: TileCoordinates) => altered.get(tilePath(tile));
    deepEqual(fault(await follow({ ...source, readTile }, seen)), ['root', 0]);
  });

  it('reads the whole log once more under the checkpoint that it reached', async () => {
    const seen = await seenOf(300);
    const honest = await auditLog(await logOf(600), { trust, seen, full: true });
    equal(honest.outcome, 'sound');
    // What was seen is not read again but for that: its past may have been altered since.
    const source = await logOf(600);
    const altered = new Map(source.tiles);
    altered.set('tile/entries/000', Uint8Array.from(altered.get('tile/entries/000') ?? []).fill(65, 2, 5));
    const rewritten = { ...source, readTile: async (tile: TileCoordinates) => altered.get(tilePath(tile)) };
    equal((await auditLog(rewritten, { trust, seen })).outcome, 'sound');
    deepEqual(fault(await auditLog(rewritten, { trust, seen, full: true })), ['root', 0]);
  });

  it('does not believe what was kept if the log has not signed it, and does not forget the ledger', async () => {
    const seen = await seenOf(300);
    const source = await logOf(600);
    for (const wrong of [
      { ...seen, note: 'x' },
      { ...seen, tree: (await seenOf(299)).tree },
      { ...seen, tree: 'x' },
    ])
      await rejects(auditLog(source, { trust, seen: wrong }), LogSourceError);
    deepEqual(fault(await auditLog(source, { trust, seen: { ...seen, anchoredSize: 200 } })), ['anchored', 0]);
  });
});
