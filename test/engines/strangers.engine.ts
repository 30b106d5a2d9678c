/** Our log and proofs, judged by tools that we did not write; and theirs by us. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import {
  append,
  consistencyProof,
  emptyTree,
  inclusionProof,
  leafHash,
  rootHash,
  TlogError,
  verifyConsistency,
  verifyInclusion,
  type Node,
} from '@chartseal/tlog';
import { sha256 } from '@chartseal/tlog/node';
import { buildJudges, buildTesseraFsck, run } from '../strangers/go-tools.ts';
import { serveLog, type ServedLog } from '../strangers/served-log.ts';
import { skipWithout } from './available.ts';

type Claim = {
  readonly kind: 'inclusion' | 'consistency';
  readonly index: number;
  readonly oldSize: number;
  readonly newSize: number;
  readonly leafHash: Uint8Array;
  readonly oldRoot: Uint8Array;
  readonly newRoot: Uint8Array;
  readonly proof: readonly Uint8Array[];
};

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
const bytes = (text: string | null): Uint8Array => new Uint8Array(Buffer.from(text ?? '', 'base64'));

/** Of every tree of up to so many leaves; leaf i is the text of its number. */
const ourClaims = async (leaves: number): Promise<readonly Claim[]> => {
  const hashes = Array.from({ length: leaves }, (_, at) => leafHash(sha256, Buffer.from(String(at))));
  const rootOf = (from: number, to: number): Uint8Array =>
    rootHash(sha256, append(sha256, emptyTree, hashes.slice(from, to)));
  const read = async (nodes: readonly Node[]): Promise<Uint8Array[]> =>
    nodes.map(({ level, index }) => rootOf(index * 2 ** level, (index + 1) * 2 ** level));
  const claims: Claim[] = [];
  for (let newSize = 1; newSize <= leaves; newSize += 1) {
    const newRoot = rootOf(0, newSize);
    const nothing = {
      leafHash: new Uint8Array(32),
      oldRoot: new Uint8Array(32),
      index: 0,
      oldSize: 0,
      newSize,
      newRoot,
    };
    for (let at = 0; at < newSize; at += 1) {
      const proof = await inclusionProof(sha256, at, newSize, read);
      claims.push({ ...nothing, kind: 'inclusion', index: at, leafHash: hashes[at] ?? new Uint8Array(), proof });
      const older = await consistencyProof(sha256, at + 1, newSize, read);
      claims.push({ ...nothing, kind: 'consistency', oldSize: at + 1, oldRoot: rootOf(0, at + 1), proof: older });
    }
  }
  return claims;
};

const holds = ({ kind, index, oldSize, newSize, newRoot, oldRoot, proof, ...claim }: Claim): boolean => {
  try {
    if (kind === 'inclusion')
      verifyInclusion(sha256, {
        leafIndex: index,
        treeSize: newSize,
        leafHash: claim.leafHash,
        rootHash: newRoot,
        proof,
      });
    else verifyConsistency(sha256, { oldSize, newSize, oldRoot, newRoot, proof });
    return true;
  } catch (error) {
    if (error instanceof TlogError) return false;
    throw error;
  }
};

/** One bit of one hash, whichever it is. */
const altered = (claim: Claim, at: number): Claim => {
  const flip = (hash: Uint8Array): Uint8Array =>
    hash.map((byte, place) => (place === at % 32 ? byte ^ (1 << (at % 8)) : byte));
  const which = at % (claim.proof.length + 1);
  if (which === claim.proof.length) return { ...claim, newRoot: flip(claim.newRoot) };
  return { ...claim, proof: claim.proof.map((hash, place) => (place === which ? flip(hash) : hash)) };
};

const toJson = (claim: Claim): object => ({
  ...claim,
  leafHash: base64(claim.leafHash),
  oldRoot: base64(claim.oldRoot),
  newRoot: base64(claim.newRoot),
  proof: claim.proof.map(base64),
});

type JsonClaim = {
  readonly [Key in keyof Claim]: Claim[Key] extends Uint8Array
    ? string | null
    : Key extends 'proof'
      ? readonly string[] | null
      : Claim[Key];
};

const fromJson = (claim: JsonClaim): Claim => ({
  ...claim,
  leafHash: bytes(claim.leafHash),
  oldRoot: bytes(claim.oldRoot),
  newRoot: bytes(claim.newRoot),
  proof: (claim.proof ?? []).map(bytes),
});

describe('Strangers', { skip: skipWithout('go') }, () => {
  let folder: string;
  let judges: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'chartseal-strangers-'));
    judges = await buildJudges(folder);
  });
  after(() => rm(folder, { recursive: true, force: true }));
  const ask = async (request: object): Promise<{ sumdb: boolean[]; merkle: boolean[]; made: JsonClaim[] }> => {
    const { stdout, status, output } = await run(judges, [], {
      input: JSON.stringify({ claims: [], leaves: 0, ...request }),
    });
    equal(status, 0, output.slice(0, 1000));
    return JSON.parse(stdout) as Awaited<ReturnType<typeof ask>>;
  };

  it('golang.org/x/mod/sumdb/tlog and transparency-dev/merkle take our proofs, and refuse altered ones as we do', async () => {
    const good = await ourClaims(64);
    const claims = [...good, ...good.map(altered)];
    const { sumdb, merkle } = await ask({ claims: claims.map(toJson) });
    const ours = claims.map(holds);
    deepEqual(
      ours,
      claims.map((_, at) => at < good.length),
    );
    deepEqual(sumdb, ours);
    deepEqual(merkle, ours);
  });

  it('we take theirs, and refuse altered ones', async () => {
    const made = (await ask({ leaves: 130 })).made.map(fromJson);
    ok(made.length > 16_000);
    ok(made.every(holds));
    ok(!made.map(altered).some(holds));
  });

  describe('tessera/cmd/fsck v1.0.4', () => {
    let log: ServedLog;
    let fsck: string;
    before(async () => {
      [log, fsck] = await Promise.all([serveLog(), buildTesseraFsck(folder)]);
      await writeFile(join(folder, 'log.vkey'), `${log.verifierKey}\n`);
    });
    after(() => log[Symbol.asyncDispose]());
    const check = (timeoutMs: number) =>
      run(fsck, ['--storage_url', log.url, '--public_key', join(folder, 'log.vkey'), '--ui=false', '-N', '2'], {
        timeoutMs,
      });
    /** It goes on trying where a log is wrong: what it says at its end is what counts. */
    const success = /Successfully fsck'd log with size (\d+)/;

    for (const size of [0, 1, 255, 256, 257, 70_000])
      it(`verifies our log of ${size} entries over HTTP`, async () => {
        await log.grow(size);
        const { output, status } = await check(120_000);
        match(output, success);
        equal(success.exec(output)?.[1], String(size));
        equal(status, 0);
      });

    it('does not verify a log of which one bit was altered', async () => {
      const flip = (data: Uint8Array): Uint8Array => data.map((byte, at) => (at === 40 ? byte ^ 1 : byte));
      log.tamper((data) => (data.length > 8192 ? flip(data) : data));
      const { output } = await check(8000);
      log.tamper((data) => data);
      // It goes on trying, many times as long as it took above.
      match(output, /checking log of size 70000/);
      ok(!success.test(output), output.slice(-500));
    });
  });
});
