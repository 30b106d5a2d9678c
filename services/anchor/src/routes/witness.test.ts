/** https://c2sp.org/tlog-witness against a witness over PostgreSQL, and what somebody might try on it. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { memberEntry, temporaryPostgres, testSigner, type TemporaryPostgres } from '@chartseal/embedded/testing';
import { ChartsealError, type Fork } from '@chartseal/ports';
import { openPostgres, type PostgresStores } from '@chartseal/postgres';
import { createBase, createLog, createMetrics, systemClock } from '@chartseal/server';
import {
  formatAddCheckpoint,
  formatCosignerKey,
  makeCosignerKey,
  openCosignatures,
  signNote,
  type AddCheckpoint,
} from '@chartseal/tlog';
import { rawEd25519, sha256, verifyEd25519 } from '@chartseal/tlog/node';
import type { Express } from 'express';
import request, { type Response } from 'supertest';
import { entriesOf, SyntheticLog, syntheticKey } from '../testing/synthetic-log.ts';
import { createWitnessRouter } from './witness.ts';

const nowMs = Date.UTC(2026, 0, 2, 3, 4, 5, 678);

describe('/witness', () => {
  let postgres: TemporaryPostgres;
  let stores: PostgresStores;
  const signer = testSigner('Ed25519');
  const identity = { key: makeCosignerKey(sha256, 'b.example/witness', rawEd25519(signer.publicKey)), signer };
  const [own, suspended] = [syntheticKey('b.example/records'), syntheticKey('c.example/records')];
  const others = new Map<string, ReturnType<typeof syntheticKey>>();
  let isKnown = true;
  const ledger = new Map<string, string>();
  const onLedger = async (origin: string): Promise<string | undefined> => ledger.get(origin);

  /** A log of hospital A that no other test uses, and its fork after so many leaves. */
  const newLog = (forkedAt = 5): { readonly log: SyntheticLog; readonly fork: SyntheticLog } => {
    const origin = `a.example/${others.size}`;
    const key = syntheticKey(origin);
    others.set(origin, key);
    return { log: new SyntheticLog(key, entriesOf(40)), fork: new SyntheticLog(key, entriesOf(40, forkedAt)) };
  };
  const logsOf = (...keys: readonly ReturnType<typeof syntheticKey>[]) => ({
    logs: keys.map((key) => new SyntheticLog(key, []).directoryLog),
  });
  const members = {
    organizations: () => [
      memberEntry('A', { id: 'hospital-a', ...logsOf(...others.values()) }),
      memberEntry('B', { id: 'hospital-b', ...logsOf(own) }),
      memberEntry('C', { id: 'hospital-c', status: 'suspended', ...logsOf(suspended) }),
    ],
    ready: async () => {
      if (!isKnown) throw new ChartsealError('ledger-unavailable', 'the ledger was not read yet');
    },
  };

  let app: Express;
  before(async () => {
    postgres = await temporaryPostgres();
    stores = await openPostgres(postgres.connection);
    const log = createLog({ service: 'anchor', level: 'silent' });
    const metrics = createMetrics({ service: 'anchor', version: '0', clock: systemClock });
    const { witnessed } = stores;
    const clock = { wallMs: () => nowMs };
    const served = { witnessed, members, organization: 'hospital-b', identity, onLedger, clock, log, metrics };
    const [router, slow] = [0, 1].map((requestsPerSecond) => createWitnessRouter({ ...served, requestsPerSecond }));
    const mount = (base: Express): void => {
      if (router !== undefined) base.use('/witness', router);
      if (slow !== undefined) base.use('/slow', slow);
    };
    app = createBase({ log, metrics, ready: [], mount });
  });
  after(async () => {
    await stores.close();
    await postgres.close();
  });

  const post = async (body: string): Promise<Response> =>
    request(app).post('/witness/add-checkpoint').set('content-type', 'text/plain').send(body);
  const add = (of: AddCheckpoint): Promise<Response> => post(formatAddCheckpoint(of));
  const grow = async (log: SyntheticLog, oldSize: number, size: number): Promise<Response> =>
    add({ oldSize, proof: await log.proof(oldSize, size), checkpoint: await log.checkpoint(size) });
  const forksOf = async ({ directoryLog: { origin } }: SyntheticLog): Promise<readonly Fork[]> => {
    const { body } = await request(app).get('/witness/forks');
    return (body as { forks: readonly Fork[] }).forks.filter((fork) => fork.origin === origin);
  };
  const isOtherSize = (answer: Response, size: number): void => {
    deepEqual([answer.status, answer.headers['content-type']], [409, 'text/x.tlog.size']);
    equal(answer.text, `${size}\n`);
  };

  it('tells its key, and cosigns what goes on from what it cosigned, by its clock', async () => {
    const { text, status } = await request(app).get('/witness/verifier-key');
    equal(status, 200);
    equal(text, `${formatCosignerKey(identity.key)}\n`);
    const { log } = newLog();
    for (const [oldSize, size] of [
      [0, 3],
      [3, 3],
      [3, 20],
      [20, 32],
    ] as const) {
      const answer = await grow(log, oldSize, size);
      equal(answer.status, 200, `${oldSize} to ${size}`);
      const checkpoint = await log.checkpoint(size);
      const cosigned = await openCosignatures(`${checkpoint}${answer.text}`, [identity.key], verifyEd25519);
      deepEqual(cosigned, [{ key: identity.key, timestamp: Math.floor(nowMs / 1000) }]);
    }
    deepEqual(await forksOf(log), []);
  });

  it('says which size it has to whoever does not know, or claims another', async () => {
    const { log } = newLog();
    isOtherSize(await add({ oldSize: 2, proof: [], checkpoint: await log.checkpoint(3) }), 0);
    equal((await grow(log, 0, 7)).status, 200);
    isOtherSize(await add({ oldSize: 0, proof: [], checkpoint: await log.checkpoint(9) }), 7);
    isOtherSize(await grow(log, 3, 9), 7);
    equal((await grow(log, 9, 12)).status, 409);
  });

  it('cosigns no replayed checkpoint, and nothing smaller, however it is asked', async () => {
    const { log } = newLog();
    equal((await grow(log, 0, 4)).status, 200);
    equal((await grow(log, 4, 9)).status, 200);
    isOtherSize(await grow(log, 0, 4), 9);
    isOtherSize(await grow(log, 4, 4), 9);
    equal((await add({ oldSize: 9, proof: [], checkpoint: await log.checkpoint(4) })).status, 400);
    equal((await stores.witnessed.newest(log.directoryLog.origin))?.treeSize, 9);
    deepEqual(await forksOf(log), []);
  });

  it('refuses logs that it does not know, its own, and those of a suspended member', async () => {
    const strange = new SyntheticLog(syntheticKey('nowhere.example/log'), entriesOf(3));
    for (const log of [strange, new SyntheticLog(own, entriesOf(3)), new SyntheticLog(suspended, entriesOf(3))])
      equal((await grow(log, 0, 3)).status, 404);
    isKnown = false;
    const unknown = await grow(newLog().log, 0, 3);
    isKnown = true;
    equal(unknown.status, 503);
  });

  it('refuses what the log did not sign', async () => {
    const { log } = newLog();
    const { origin } = log.directoryLog;
    const checkpoint = await log.checkpoint(3);
    const other = new SyntheticLog(syntheticKey(origin), entriesOf(3));
    const underItsName = await new SyntheticLog(syntheticKey('a.example/else'), entriesOf(3)).checkpoint(3, origin);
    for (const note of [
      await other.checkpoint(3),
      underItsName,
      checkpoint.replace('\n3\n', '\n4\n'),
      // A signature of its key that does not verify spoils the note, whatever else is there.
      `${checkpoint}${checkpoint.split('\n').at(-2)?.replace(/.{8}$/, 'AAAAAAA=')}\n`,
    ])
      equal((await add({ oldSize: 0, proof: [], checkpoint: note })).status, 403, note);
    equal((await add({ oldSize: 0, proof: [], checkpoint: `${checkpoint}— other.example AAAAAAA=\n` })).status, 200);
    deepEqual(await forksOf(log), []);
  });

  it('takes no other body, and none that is large', async () => {
    const { log } = newLog();
    const checkpoint = await log.checkpoint(3);
    for (const body of ['', 'old 0\n\n', checkpoint, `old 0\n${checkpoint}`, `old 00\n\n${checkpoint}`, '\u0000'])
      equal((await post(body)).status, 400, JSON.stringify(body));
    equal((await post(`old 0\n\n${checkpoint}${'— x.example AAAAAAA=\n'.repeat(2000)}`)).status, 413);
    equal((await request(app).post('/witness/add-checkpoint').set('content-encoding', 'gzip').send('x')).status, 415);
    equal((await request(app).get('/witness/add-checkpoint')).status, 405);
  });

  it('refuses proofs that prove nothing, and keeps what was signed until it is proved', async () => {
    const { log } = newLog();
    const hash = new Uint8Array(32);
    equal((await add({ oldSize: 0, proof: [hash], checkpoint: await log.checkpoint(3) })).status, 422);
    equal((await grow(log, 0, 3)).status, 200);
    const proof = await log.proof(3, 9);
    const checkpoint = await log.checkpoint(9);
    for (const wrong of [[], proof.slice(1), [...proof, hash], proof.toReversed(), proof.map(() => hash)])
      equal((await add({ oldSize: 3, proof: wrong, checkpoint })).status, 422);
    const [kept, ...more] = await forksOf(log);
    deepEqual(
      [kept?.kind, kept?.treeSize, kept?.note, kept?.against, more.length],
      ['unproven', 9, checkpoint, await log.checkpoint(3), 0],
    );
    equal((await add({ oldSize: 3, proof, checkpoint })).status, 200);
    // It was a stranger's bad proof, and no fork.
    deepEqual(await forksOf(log), []);
    equal((await add({ oldSize: 9, proof: [hash], checkpoint })).status, 422);
    deepEqual(await forksOf(log), []);
  });

  it('cosigns no empty tree with a root', async () => {
    const { log } = newLog();
    const empty = await log.checkpoint(0);
    equal((await add({ oldSize: 0, proof: [], checkpoint: empty })).status, 200);
    const key = others.get(log.directoryLog.origin);
    ok(key !== undefined);
    const text = `${log.directoryLog.origin}\n0\n${Buffer.alloc(32).toString('base64')}\n`;
    const lie = await signNote(text, key.key, key.sign);
    equal((await add({ oldSize: 0, proof: [], checkpoint: lie })).status, 422);
    equal((await grow(log, 0, 3)).status, 200);
  });

  it('refuses a fork at the same size, whatever old size is claimed, and keeps both notes', async () => {
    const { log, fork } = newLog();
    equal((await grow(log, 0, 9)).status, 200);
    const checkpoint = await fork.checkpoint(9);
    equal((await add({ oldSize: 9, proof: [], checkpoint })).status, 422);
    const [kept, ...more] = await forksOf(log);
    equal(more.length, 0);
    deepEqual(
      [kept?.kind, kept?.treeSize, kept?.note, kept?.against, kept?.seenAt],
      ['equivocation', 9, checkpoint, await log.checkpoint(9), nowMs],
    );
    const later = newLog();
    equal((await grow(later.log, 0, 9)).status, 200);
    isOtherSize(await add({ oldSize: 0, proof: [], checkpoint: await later.fork.checkpoint(9) }), 9);
    deepEqual(
      (await forksOf(later.log)).map(({ kind }) => kind),
      ['equivocation'],
    );
  });

  it('knows a fork of a size that is long past, and one that comes true later', async () => {
    const { log, fork } = newLog();
    for (const [oldSize, size] of [
      [0, 6],
      [6, 9],
      [9, 12],
    ] as const)
      equal((await grow(log, oldSize, size)).status, 200);
    isOtherSize(await grow(fork, 0, 6), 12);
    deepEqual(
      (await forksOf(log)).map(({ kind, treeSize }) => [kind, treeSize]),
      [['equivocation', 6]],
    );
    // Shown first to us and proved by nobody; the other history reaches that size afterwards.
    equal(
      (await add({ oldSize: 12, proof: await fork.proof(12, 20), checkpoint: await fork.checkpoint(20) })).status,
      422,
    );
    equal((await grow(log, 12, 20)).status, 200);
    deepEqual(
      (await forksOf(log)).map(({ kind, treeSize }) => [kind, treeSize]),
      [
        ['equivocation', 6],
        ['equivocation', 20],
      ].toReversed(),
    );
  });

  it('holds what it is shown against the ledger, now and later', async () => {
    const { log, fork } = newLog();
    const { origin } = log.directoryLog;
    ledger.set(origin, await log.checkpoint(6));
    equal((await grow(log, 0, 6)).status, 200);
    equal((await grow(log, 6, 9)).status, 200);
    ledger.set(origin, await log.checkpoint(9));
    equal((await grow(log, 9, 12)).status, 200);
    deepEqual(await forksOf(log), []);
    ledger.set(origin, await fork.checkpoint(12));
    equal((await grow(log, 12, 20)).status, 422);
    const [kept] = await forksOf(log);
    deepEqual(
      [kept?.kind, kept?.note, kept?.against],
      ['equivocation', await fork.checkpoint(12), await log.checkpoint(12)],
    );
    const at = newLog();
    ledger.set(at.log.directoryLog.origin, await at.fork.checkpoint(9));
    equal((await grow(at.log, 0, 9)).status, 422);
    // What is not the log's own word says nothing of it.
    ledger.set(at.log.directoryLog.origin, await log.checkpoint(9));
    equal((await grow(at.log, 0, 9)).status, 200);
  });

  it('cosigns one of two trees that come at once, and never both of a size', async () => {
    for (let round = 0; round < 8; round += 1) {
      const { log, fork } = newLog();
      equal((await grow(log, 0, 5)).status, 200);
      const answers = await Promise.all(
        [log, fork, log, fork, log, fork].map((each, at) => grow(each, 5, at < 2 ? 9 : 9 + (at >> 1))),
      );
      const granted = answers.filter(({ status }) => status === 200);
      const newest = await stores.witnessed.newest(log.directoryLog.origin);
      equal(granted.length, 1, answers.map(({ status }) => status).join(' '));
      ok(newest !== undefined && newest.treeSize >= 9);
    }
    // The same one many times at once is one.
    const { log } = newLog();
    const statuses = (await Promise.all(Array.from({ length: 10 }, () => grow(log, 0, 9)))).map(({ status }) => status);
    ok(statuses.includes(200) && statuses.every((status) => status === 200 || status === 409), statuses.join(' '));
  });

  it('bears so many requests of one address, and looks into none above them', async () => {
    const answers = await Promise.all(
      Array.from({ length: 40 }, () => request(app).post('/slow/add-checkpoint').send('old 0\n\nno checkpoint')),
    );
    const statuses = new Set(answers.map(({ status }) => status));
    deepEqual(statuses, new Set([400, 429]));
    equal((await request(app).get('/slow/verifier-key')).status, 200);
  });

  it('remembers over a crash of its store', async () => {
    const { log, fork } = newLog();
    equal((await grow(log, 0, 9)).status, 200);
    await postgres.crash();
    equal((await grow(fork, 9, 9)).status, 422);
    equal((await grow(log, 9, 12)).status, 200);
    match((await forksOf(log))[0]?.note ?? '', /^a\.example/);
  });
});
