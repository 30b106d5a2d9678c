import { deepEqual, equal, rejects } from 'node:assert/strict';
import { it } from 'node:test';
import { status } from '@grpc/grpc-js';
import { isKind } from '@chartseal/ports';
import { EndorseError, GatewayError, type Network } from '@hyperledger/fabric-gateway';
import { makeReceipt } from './make-receipt.ts';

type Field = readonly [field: number, value: Uint8Array | string | number];

/** Protocol Buffers, of small numbers and short fields. */
const message = (...fields: readonly Field[]): Buffer =>
  Buffer.concat(
    fields.flatMap(([field, value]) => {
      if (typeof value === 'number') return [Buffer.of(field * 8, value)];
      const bytes = Buffer.from(value as Uint8Array);
      return [Buffer.of(field * 8 + 2, (bytes.length % 128) + 128, bytes.length >> 7), bytes];
    }),
  );

type Place = readonly [blockNumber: number, transactionNumber: number];

/** common.Payload of a transaction that read keys at these places and wrote those. */
const payloadOf = (id: string, reads: Readonly<Record<string, Place>>, writes: readonly string[]): Buffer => {
  const version = ([block, number]: Place): Buffer => message([1, block], [2, number]);
  const set = message(
    ...Object.entries(reads).map(([key, place]): Field => [1, message([1, key], [2, version(place)])]),
    ...writes.map((key): Field => [3, message([1, key])]),
  );
  const results = message([2, message([1, '_lifecycle'])], [2, message([1, 'chaincode'], [2, set])]);
  const response = message([2, message([1, results])]);
  const content = message([2, message([1, response])]);
  return message([1, message([1, message([5, id])])], [2, message([1, message([2, content])])]);
};

const envelope = (id: string, ...writes: readonly string[]): Buffer => message([1, payloadOf(id, {}, writes)]);

/** Block 5: two transactions of one id, of which the first was found invalid. */
const block = message(
  [1, message([1, 5])],
  [2, message([1, envelope('t', 'other')], [1, envelope('t', 'a', 'b')])],
  [3, message([1, ''], [1, ''], [1, Buffer.of(11, 0)])],
);

const failure = (code: number, words: string) => ({
  code,
  details: [{ address: '', mspId: '', message: words }],
  cause: new Error() as never,
  transactionId: 't',
});
const mismatch = new EndorseError(failure(status.ABORTED, 'ProposalResponsePayloads do not match'));
const unknown = new GatewayError(
  failure(
    status.UNKNOWN,
    'chaincode response 500, Failed to get block for txID x, error no such transaction ID [x] in index',
  ),
);

type Answer = Readonly<Record<string, Place>> | Error;

/** A network that answers `States` with these in turn, the last one for ever. */
const answering = (found: Uint8Array | Error, answers: readonly Answer[] = []) => {
  const asked: string[] = [];
  const endorse = async () => {
    const answer = answers[Math.min(asked.length, answers.length) - 1];
    if (answer instanceof Error) throw answer;
    return { getBytes: () => message([2, message([1, payloadOf('read', answer ?? {}, [])])]) };
  };
  const contract = {
    evaluateTransaction: async () => {
      if (found instanceof Error) throw found;
      return found;
    },
    newProposal: (_: string, options: { readonly arguments: readonly string[] }) => {
      asked.push(options.arguments[0] ?? '');
      return { endorse };
    },
  };
  const network = { getName: () => 'channel', getContract: () => contract } as unknown as Network;
  return { asked, receipt: () => makeReceipt({ network, chaincode: 'chaincode', mspId: 'A' }, 't') };
};

it('takes the valid one of the block, and asks again until the members agree and are there', async () => {
  const { asked, receipt } = answering(block, [
    mismatch,
    {},
    { a: [4, 7], b: [2, 0] },
    { a: [5, 0] },
    { a: [5, 1], b: [6, 0] },
  ]);
  const { transaction, effect, ...rest } = await receipt();
  deepEqual(rest, {
    type: 'fabric',
    channel: 'channel',
    chaincode: 'chaincode',
    transactionId: 't',
    blockNumber: 5,
    transactionNumber: 1,
  });
  equal(transaction, envelope('t', 'a', 'b').toString('base64'));
  equal(effect, payloadOf('read', { a: [5, 1], b: [6, 0] }, []).toString('base64'));
  deepEqual(new Set(asked), new Set(['["directory/network","a","b"]']));
  equal(asked.length, 5);
});

it('says that nothing shows the effect any more once all was written again', async () => {
  const { receipt } = answering(block, [{ a: [5, 2], b: [9, 0] }]);
  equal('effect' in (await receipt()), false);
});

it('makes no receipt of what the chain does not hold, or the members do not answer for', async () => {
  await rejects(answering(unknown).receipt(), (error) => isKind(error, 'not-found'));
  const invalid = message(
    [1, message([1, 5])],
    [2, message([1, envelope('t', 'a')])],
    [3, message([1, ''], [1, ''], [1, Buffer.of(11)])],
  );
  await rejects(answering(invalid).receipt(), (error) => isKind(error, 'not-found'));
  const down = new GatewayError(failure(status.UNAVAILABLE, 'no connection'));
  await rejects(answering(down).receipt(), (error) => isKind(error, 'ledger-unavailable'));
  await rejects(answering(block, [mismatch]).receipt(), (error) => isKind(error, 'ledger-unavailable'));
});
