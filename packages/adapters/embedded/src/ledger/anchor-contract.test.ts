import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { createHash, createPublicKey, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { it } from 'node:test';
import { checkpointAnchored, verifyEmbeddedReceipt } from '@chartseal/client';
import type { AnchoredLog } from '@chartseal/contracts';
import {
  append,
  consistencyProof,
  emptyTree,
  formatCheckpoint,
  formatLogStatement,
  formatVerifierKey,
  leafHash,
} from '@chartseal/tlog';
import { makeVerifierKey, rootHash, signNote, toBase64 } from '@chartseal/tlog';
import { assert, asyncProperty, integer } from 'fast-check';
import { found, memberEntry, openConsortium, refusedWith } from './test-network.ts';

const sha256 = (data: Uint8Array): Uint8Array => createHash('sha256').update(data).digest();

/** A log of numbered entries; `branch` makes another history from `branchAt` on. */
type TestLog = {
  readonly entry: { readonly origin: string; readonly verifierKey: string; readonly fromSize: number };
  successor(name: string, size: number): TestLog;
  statement(type: string, leaves: readonly (readonly [number, number])[]): Promise<string>;
  checkpoint(
    lastSize: number,
    size: number,
    branchAt?: number,
    signer?: KeyObject,
  ): Promise<{ readonly origin: string; readonly note: string; readonly consistencyProof: readonly string[] }>;
};

function testLog(origin: string, privateKey = generateKeyPairSync('ed25519').privateKey, fromSize = 0): TestLog {
  const raw = createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).subarray(-32);
  const key = makeVerifierKey(sha256, origin, raw);
  const leaves = (size: number, branchAt = size) =>
    Array.from({ length: size }, (_, i) => leafHash(sha256, Buffer.from(i < branchAt ? `entry ${i}` : `other ${i}`)));
  const rootOf = (hashes: readonly Uint8Array[]) => rootHash(sha256, append(sha256, emptyTree, hashes));
  return {
    entry: { origin, verifierKey: formatVerifierKey(key), fromSize },
    statement: (type, leaves) =>
      signNote(formatLogStatement({ type, origin, facts: {}, leaves }), key, (message) =>
        sign(null, message, privateKey),
      ),
    successor: (name: string, size: number): TestLog => testLog(name, privateKey, size),
    checkpoint: async (lastSize: number, size: number, branchAt = size, signer = privateKey) => {
      const hashes = leaves(size, branchAt);
      const text = formatCheckpoint({ origin, treeSize: size, rootHash: rootOf(hashes), extensions: [] });
      const note = await signNote(text, key, (message) => sign(null, message, signer));
      const subtree = ({ level, index }: { level: number; index: number }) =>
        rootOf(hashes.slice(index * 2 ** level, (index + 1) * 2 ** level));
      const proof = await consistencyProof(sha256, Math.min(lastSize, size), size, async (nodes) => nodes.map(subtree));
      return { origin, note, consistencyProof: proof.map(toBase64) };
    },
  };
}

async function openLogs() {
  const consortium = await openConsortium('A', 'B');
  const [records, access, others] = ['a.example/records', 'a.example/access', 'b.example/records'].map((origin) =>
    testLog(origin),
  );
  const a = memberEntry('A', { logs: [records!.entry, access!.entry] });
  await found(consortium, [a, memberEntry('B', { logs: [others!.entry] })]);
  const anchor = async (...checkpoints: readonly object[]): Promise<readonly AnchoredLog[]> => {
    const result = await consortium.submit('A', 'anchor', 'Anchor', { checkpoints });
    return (result as { checkpoints: readonly AnchoredLog[] }).checkpoints;
  };
  const latest = async (origin: string) => (await consortium.evaluate('anchor', 'Latest', origin)) as AnchoredLog;
  return { consortium, records: records!, access: access!, others: others!, anchor, latest };
}

it('both logs are anchored in one transaction, and again changes nothing', async () => {
  const { consortium, records, access, anchor, latest } = await openLogs();
  const both = [await records.checkpoint(0, 5), await access.checkpoint(0, 3)];
  const first = await anchor(...both);
  equal(first[0]!.transactionId, first[1]!.transactionId);
  deepEqual(await anchor(...both), first);
  const next = [await records.checkpoint(5, 9), both[1]!];
  const second = await anchor(...next);
  equal(second[0]!.treeSize, 9);
  deepEqual(second[1], first[1]);
  deepEqual(await latest('a.example/records'), second[0]);
  const events = (await consortium.events()).filter(({ name }) => name === 'CheckpointAnchored');
  deepEqual(
    events.map(({ payload }) => JSON.parse(payload)),
    [
      {
        mspId: 'A',
        checkpoints: [
          { origin: 'a.example/records', treeSize: 5 },
          { origin: 'a.example/access', treeSize: 3 },
        ],
      },
      { mspId: 'A', checkpoints: [{ origin: 'a.example/records', treeSize: 9 }] },
    ],
  );

  const receipt = await consortium.connection('A').receipt(second[0]!.transactionId);
  const trust = { network: consortium.ledger.network, ledgerPublicKey: consortium.ledger.ledgerPublicKey };
  const expectation = checkpointAnchored('a.example/records', next[0]!.note);
  ok((await verifyEmbeddedReceipt(receipt, trust, expectation)).outcome === 'proved');
  const older = checkpointAnchored('a.example/records', both[0]!.note);
  ok((await verifyEmbeddedReceipt(receipt, trust, older)).outcome === 'refuted');
  await consortium.ledger.close();
});

it('every longer tree of the same history is accepted, every fork and every shorter tree refused', async () => {
  const sizes = integer({ min: 1, max: 40 });
  const { consortium, records, anchor } = await openLogs();
  let last = 0;
  await assert(
    asyncProperty(sizes, sizes, async (growth, seed) => {
      const [accepted] = await anchor(await records.checkpoint(last, last + growth));
      last = accepted!.treeSize;
      const fork = await records.checkpoint(last, last + growth, seed % last);
      await rejects(anchor(fork), refusedWith('inconsistent'));
      await rejects(anchor(await records.checkpoint(last, last, seed % last)), refusedWith('inconsistent'));
      if (last > 1) await rejects(anchor(await records.checkpoint(last, last - 1)), refusedWith('inconsistent'));
      const skipping = { ...(await records.checkpoint(last, last + growth)), consistencyProof: [] };
      await rejects(anchor(skipping), refusedWith('inconsistent'));
    }),
    { numRuns: 20 },
  );
  await consortium.ledger.close();
});

it("only a log's own member anchors it, by the log's own key, all of a submission or none", async () => {
  const { consortium, records, access, others, anchor, latest } = await openLogs();
  const { submit } = consortium;
  const good = await records.checkpoint(0, 5);
  await rejects(anchor(good, await others.checkpoint(0, 1)), refusedWith('forbidden'));
  await rejects(submit('B', 'anchor', 'Anchor', { checkpoints: [good] }), refusedWith('forbidden'));
  const { privateKey } = generateKeyPairSync('ed25519');
  await rejects(anchor(good, await access.checkpoint(0, 1, 1, privateKey)), refusedWith('signature'));
  await rejects(anchor({ ...good, origin: 'a.example/access' }), refusedWith('signature'));
  await rejects(anchor({ ...good, note: `${good.note} ` }), refusedWith('malformed'));
  await rejects(anchor(good, good), refusedWith('malformed'));
  await rejects(anchor({ ...good, consistencyProof: ['x'] }), refusedWith('malformed'));
  await rejects(latest('a.example/records'), refusedWith('not-found'));
  await consortium.ledger.close();
});

it('any active member may write its heartbeat', async () => {
  const { consortium } = await openLogs();
  const { submit } = consortium;
  const [first, second] = [await submit('B', 'anchor', 'Heartbeat'), await submit('B', 'anchor', 'Heartbeat')];
  equal((first as { mspId: string }).mspId, 'B');
  ok(JSON.stringify(first) !== JSON.stringify(second));
  await consortium.ledger.close();
});

const writers = ['first', 'second', 'third'].map((name) => name.padEnd(22, '-'));

it('a log that was claimed is anchored by its newest writer alone', async () => {
  const { consortium, records, anchor } = await openLogs();
  const claim = (writer: string, previous: string | null) =>
    consortium.submit('A', 'anchor', 'Claim', { origin: 'a.example/records', writer, previous });
  const [first, second, third] = writers as [string, string, string];
  await claim(first, null);
  await claim(first, null);
  await anchor({ ...(await records.checkpoint(0, 5)), writer: first });
  // A copy of the store goes on: the one that claims first has it.
  await claim(second, first);
  await rejects(claim(third, first), refusedWith('fenced'));
  await rejects(claim(third, null), refusedWith('fenced'));
  const next = await records.checkpoint(5, 9);
  await rejects(anchor({ ...next, writer: first }), refusedWith('fenced'));
  await rejects(anchor(next), refusedWith('fenced'));
  await anchor({ ...next, writer: second });
  // What it anchors names the next, which only the store that anchored knows.
  await anchor({ ...(await records.checkpoint(9, 11)), writer: second, nextWriter: third });
  await rejects(anchor({ ...(await records.checkpoint(11, 12)), writer: second }), refusedWith('fenced'));
  await anchor({ ...(await records.checkpoint(11, 12)), writer: third });
  const other = { origin: 'a.example/records', writer: first, previous: third };
  await rejects(consortium.submit('B', 'anchor', 'Claim', other), refusedWith('forbidden'));
  await consortium.ledger.close();
});

it('an erasure names leaves that are anchored, in a statement that the log signed, once', async () => {
  const { consortium, records, others, anchor } = await openLogs();
  await anchor(await records.checkpoint(0, 5));
  const origin = 'a.example/records';
  const erase = (note: string) => consortium.submit('A', 'anchor', 'Erase', { origin, note });
  const good = await records.statement('chartseal-erasure/v1', [
    [0, 1],
    [3, 4],
  ]);
  await rejects(erase(await records.statement('chartseal-recovery/v1', [[0, 0]])), refusedWith('malformed'));
  await rejects(erase(await others.statement('chartseal-erasure/v1', [[0, 0]])), refusedWith('signature'));
  await rejects(erase(good.replace('0-1', '0-2')), refusedWith('signature'));
  await rejects(erase(good.replace('3-4', '4')), refusedWith('signature'));
  await rejects(erase((await records.checkpoint(0, 5)).note), refusedWith('malformed'));
  await rejects(erase(await records.statement('chartseal-erasure/v1', [[3, 5]])), refusedWith('inconsistent'));
  const state = (await erase(good)) as { statementHash: string; note: string };
  deepEqual(await erase(good), state);
  equal(state.statementHash, createHash('sha256').update(good).digest('hex'));
  deepEqual(await consortium.evaluate('anchor', 'Erasures', origin), [state]);
  deepEqual(await consortium.evaluate('anchor', 'Erasures', 'a.example/access'), []);
  await consortium.ledger.close();
});

it('a log that lost leaves ends, and another goes on from what is held', async () => {
  const { consortium, records, anchor } = await openLogs();
  await anchor(await records.checkpoint(0, 5));
  await anchor(await records.checkpoint(5, 9));
  const held = await records.checkpoint(0, 5);
  const successor = records.successor('a.example/records/2', 5);
  const statement = await records.statement('chartseal-recovery/v1', [[5, 8]]);
  const succeed = (change: object = {}) =>
    consortium.submit('A', 'anchor', 'Succeed', {
      origin: 'a.example/records',
      note: held.note,
      successor: successor.entry,
      statement,
      ...change,
    });
  await rejects(succeed({ note: (await records.checkpoint(0, 9)).note }), refusedWith('inconsistent'));
  await rejects(succeed({ successor: { ...successor.entry, fromSize: 4 } }), refusedWith('malformed'));
  await rejects(succeed({ successor: testLog('a.example/records/2').entry }), refusedWith('forbidden'));
  await rejects(succeed({ successor: records.successor('a.example/access', 5).entry }), refusedWith('duplicate'));
  const state = await succeed();
  deepEqual(await succeed(), state);
  deepEqual(await consortium.evaluate('anchor', 'Succession', 'a.example/records'), state);
  await rejects(anchor(await records.checkpoint(9, 12)), refusedWith('closed'));
  await rejects(anchor(await successor.checkpoint(5, 7, 3)), refusedWith('inconsistent'));
  const [anchored] = await anchor(await successor.checkpoint(5, 7));
  equal(anchored!.treeSize, 7);
  await consortium.ledger.close();
});

it('a recovery names the leaves that were lost', async () => {
  const { consortium, records, anchor } = await openLogs();
  await anchor(await records.checkpoint(0, 5));
  const recover = async (leaves: readonly [number, number][]) =>
    consortium.submit('A', 'anchor', 'Recover', {
      origin: 'a.example/records',
      note: await records.statement('chartseal-recovery/v1', leaves),
    });
  await rejects(recover([[4, 5]]), refusedWith('inconsistent'));
  const state = await recover([[3, 4]]);
  deepEqual(await recover([[3, 4]]), state);
  deepEqual(await consortium.evaluate('anchor', 'Recoveries', 'a.example/records'), [state]);
  await consortium.ledger.close();
});
