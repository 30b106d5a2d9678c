import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { status, type CallOptions } from '@grpc/grpc-js';
import { isKind, type ContractCall, type Submission } from '@chartseal/ports';
import { EndorseError, GatewayError, StatusCode, type Contract, type Gateway } from '@hyperledger/fabric-gateway';
import { Submitter } from './submitter.ts';

const call: ContractCall = { contract: 'directory', transaction: 'UpdateOwn', args: ['{}'] };
const failure = (code: number, mspId = '', message = '') => ({
  code,
  details: [{ address: '', mspId, message }],
  cause: new Error() as never,
  transactionId: 't',
});
const unavailable = new GatewayError(failure(status.UNAVAILABLE));

/** What the network does with each proposal, and with each sending, in turn; the last of them for ever. */
type Script = {
  readonly endorse?: readonly (Error | undefined)[];
  readonly send?: readonly (number | Error)[];
  readonly refused?: ReadonlySet<string>;
};

/** A network whose clock goes on by half a second with each call of the peer. */
const playing = ({ endorse = [undefined], send = [StatusCode.VALID], refused = new Set() }: Script) => {
  const did: string[] = [];
  const deadlines: number[] = [];
  const rows = new Map<string, Submission>();
  const count = { proposals: 0, sendings: 0 };
  let nowMs = 0;
  const called = ({ deadline }: CallOptions): void => {
    nowMs += 500;
    if (deadline !== undefined) deadlines.push(Number(deadline) - Date.now());
  };
  const endorsed = (transactionId: string) => ({
    getTransactionId: () => transactionId,
    getDigest: () => new Uint8Array(),
    getBytes: () => Buffer.from(transactionId),
    getResult: () => Buffer.from('result'),
  });
  const contract = {
    newProposal: () => ({
      endorse: async (options: CallOptions) => {
        const outcome = endorse[Math.min(count.proposals, endorse.length - 1)];
        count.proposals += 1;
        called(options);
        if (outcome !== undefined) throw outcome;
        return endorsed(`t${count.proposals}`);
      },
    }),
  };
  const gateway = {
    newSignedTransaction: (bytes: Uint8Array) => ({ getBytes: () => Buffer.concat([bytes, Buffer.from(' signed')]) }),
    newTransaction: (bytes: Uint8Array) => ({
      submit: async (options: CallOptions) => {
        const sent = Buffer.from(bytes).toString();
        did.push(`send ${sent}`);
        const outcome = send[Math.min(count.sendings, send.length - 1)] ?? StatusCode.VALID;
        count.sendings += 1;
        called(options);
        if (refused.has(sent)) throw unavailable;
        if (outcome instanceof Error) throw outcome;
        const transactionId = sent.replace(' signed', '');
        const successful = outcome === StatusCode.VALID;
        return { getStatus: async () => ({ transactionId, code: outcome, successful, blockNumber: 7n }) };
      },
    }),
  };
  const submitter = new Submitter({
    gateway: gateway as unknown as Gateway,
    contract: () => contract as unknown as Contract,
    mspId: 'OwnMSP',
    submissions: {
      keep: async (submission) => {
        did.push(`keep ${Buffer.from(submission.signed).toString()}`);
        rows.set(submission.transactionId, submission);
      },
      settled: async (transactionId) => {
        did.push(`settled ${transactionId}`);
        rows.delete(transactionId);
      },
      unsettled: async () => [...rows.values()],
      count: async () => rows.size,
    },
    sign: async (digest) => digest,
    monotonicMs: () => nowMs,
    callTimeoutMs: 2000,
    commitTimeoutMs: 4000,
  });
  return { submitter, did, deadlines, rows, count };
};

describe('submitting to Fabric', () => {
  it('keeps what is signed before it is sent, and forgets it once the commit was seen', async () => {
    const { submitter, did } = playing({});
    deepEqual(await submitter.submit(call), { transactionId: 't1', blockNumber: 7, result: 'result' });
    deepEqual(did, ['keep t1 signed', 'send t1 signed', 'settled t1']);
  });

  it('sends the same bytes until a commit is seen', async () => {
    const { submitter, did } = playing({ send: [unavailable, unavailable, StatusCode.VALID] });
    await submitter.submit(call);
    deepEqual(did, ['keep t1 signed', ...Array.from({ length: 3 }, () => 'send t1 signed'), 'settled t1']);
  });

  it('says in time that nothing is known, asks for nothing beyond, and leaves the transaction to be sent again', async () => {
    const { submitter, deadlines, rows, count } = playing({ send: [unavailable] });
    await rejects(submitter.submit(call), (error) => isKind(error, 'outcome-unknown'));
    deepEqual([...rows.keys()], ['t1']);
    // Half a second has gone by after each call: none may last beyond the fourth second.
    ok(deadlines.every((withinMs, at) => withinMs <= Math.min(2000, 4000 - at * 500)));
    ok(count.sendings <= 7);
  });

  it('proposes anew what met another write, or met members who differ', async () => {
    const mismatch = new EndorseError(failure(status.ABORTED));
    const { submitter, did, count } = playing({
      endorse: [mismatch, undefined],
      send: [StatusCode.MVCC_READ_CONFLICT, StatusCode.PHANTOM_READ_CONFLICT, StatusCode.VALID],
    });
    equal((await submitter.submit(call)).transactionId, 't4');
    equal(count.proposals, 4);
    deepEqual(
      did.filter((each) => each.startsWith('settled')),
      ['settled t2', 'settled t3', 'settled t4'],
    );
  });

  it('gives up for good what is refused, and in time what never fits', async () => {
    const refusal = new EndorseError(failure(status.ABORTED, 'OwnMSP', 'chaincode response 500, {"code":"closed"}'));
    const refused = playing({ endorse: [refusal] });
    await rejects(refused.submitter.submit(call), (error) => isKind(error, 'ledger-refused'));
    deepEqual([refused.count.proposals, refused.did], [1, []]);
    const behind = playing({ endorse: [new EndorseError(failure(status.FAILED_PRECONDITION))] });
    await rejects(behind.submitter.submit(call), (error) => isKind(error, 'ledger-unavailable'));
    ok(behind.count.proposals > 1 && behind.count.proposals <= 8);
    const invalid = playing({ send: [StatusCode.BAD_PAYLOAD] });
    await rejects(invalid.submitter.submit(call), (error) => isKind(error, 'ledger-unavailable'));
    deepEqual([invalid.count.proposals, invalid.rows.size], [1, 0]);
  });

  it('settles the rest of what was left although one is never taken', async () => {
    const { submitter, rows } = playing({ refused: new Set(['t1']) });
    for (const transactionId of ['t1', 't2', 't3'])
      rows.set(transactionId, { transactionId, purpose: transactionId, signed: Buffer.from(transactionId) });
    await rejects(submitter.resume(0, 50), (error) => isKind(error, 'ledger-unavailable'));
    deepEqual([...rows.keys()], ['t1']);
  });
});
