import { deepEqual, rejects } from 'node:assert/strict';
import { it } from 'node:test';
import { status } from '@grpc/grpc-js';
import { isKind, type ContractEvent } from '@chartseal/ports';
import { GatewayError, type Network } from '@hyperledger/fabric-gateway';
import { eventsOf } from './events.ts';

const never = new AbortController().signal;

/** A peer that gives one event and then says nothing, until its stream is closed. */
const silentPeer = () => {
  const asked: unknown[] = [];
  const network = {
    getChaincodeEvents: async (_: string, from: object) => {
      asked.push(from);
      const closed = Promise.withResolvers<never>();
      closed.promise.catch(() => undefined);
      const event = { blockNumber: 4n, transactionId: 't', eventName: 'DirectoryChanged', payload: Buffer.from('{}') };
      return {
        close: () =>
          closed.reject(new GatewayError({ code: status.CANCELLED, details: [], cause: new Error() as never })),
        [Symbol.asyncIterator]: async function* () {
          yield event;
          await closed.promise;
        },
      };
    },
  } as unknown as Network;
  return { network, asked };
};

const take = async (events: AsyncIterable<ContractEvent>, onEach: () => void): Promise<readonly ContractEvent[]> => {
  const taken: ContractEvent[] = [];
  for await (const event of events) {
    taken.push(event);
    onEach();
  }
  return taken;
};

it('gives what a peer gives, with its contract, until it is told to end', async () => {
  const { network, asked } = silentPeer();
  const end = new AbortController();
  const taken = await take(eventsOf(network, 'chaincode', undefined, end.signal, never), () => end.abort());
  const event = { blockNumber: 4, transactionId: 't', contract: 'directory', name: 'DirectoryChanged', payload: '{}' };
  deepEqual([taken, asked], [[event], [{ startBlock: 0n }]]);
});

it('goes on after a transaction', async () => {
  const { network, asked } = silentPeer();
  const end = new AbortController();
  const after = { blockNumber: 3, transactionId: 's' };
  await take(eventsOf(network, 'chaincode', after, end.signal, never), () => end.abort());
  const [{ checkpoint }] = asked as [{ checkpoint: { getBlockNumber(): bigint; getTransactionId(): string } }];
  deepEqual([checkpoint.getBlockNumber(), checkpoint.getTransactionId()], [3n, 's']);
});

it('fails at once when the connection is closed, though the peer says nothing', async () => {
  const { network } = silentPeer();
  const closed = new AbortController();
  const following = take(eventsOf(network, 'chaincode', undefined, never, closed.signal), () => closed.abort());
  await rejects(following, (error) => isKind(error, 'ledger-unavailable'));
  const late = take(eventsOf(network, 'chaincode', undefined, never, AbortSignal.abort()), () => undefined);
  await rejects(late, (error) => isKind(error, 'ledger-unavailable'));
});
