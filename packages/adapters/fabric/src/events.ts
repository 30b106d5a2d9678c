import type { ContractEvent, EventPosition } from '@chartseal/ports';
import { contractOfEvent } from '@chartseal/contracts';
import { checkpointers, type Network } from '@hyperledger/fabric-gateway';
import { asChartsealError } from './fabric-error.ts';

const decoder = new TextDecoder();

/**
 * See Ledger law 5. The iterator of the gateway throws when its peer goes away: so does this one, and whoever follows opens it again.
 * @param closed the connection's end, which ends no stream by itself
 */
export async function* eventsOf(
  network: Network,
  chaincode: string,
  after: EventPosition | undefined,
  signal: AbortSignal,
  closed: AbortSignal,
): AsyncGenerator<ContractEvent> {
  if (signal.aborted) return;
  const checkpoint = checkpointers.inMemory();
  if (after !== undefined) await checkpoint.checkpointTransaction(BigInt(after.blockNumber), after.transactionId);
  const from = after === undefined ? { startBlock: 0n } : { checkpoint };
  const events = await network.getChaincodeEvents(chaincode, from).catch((error: unknown) => {
    throw asChartsealError(error);
  });
  const close = (): void => events.close();
  for (const end of [signal, closed]) end.addEventListener('abort', close, { once: true });
  try {
    if (closed.aborted) close();
    for await (const { blockNumber, transactionId, eventName, payload } of events) {
      if (signal.aborted) return;
      const contract = contractOfEvent(eventName);
      yield {
        blockNumber: Number(blockNumber),
        transactionId,
        contract,
        name: eventName,
        payload: decoder.decode(payload),
      };
    }
  } catch (error) {
    if (!signal.aborted) throw asChartsealError(error);
  } finally {
    for (const end of [signal, closed]) end.removeEventListener('abort', close);
    events.close();
  }
}
