import { setTimeout as sleep } from 'node:timers/promises';
import { gateway } from '@hyperledger/fabric-protos';
import { asChartsealError, isWorthAnotherProposal } from '../fabric-error.ts';
import type { ReceiptPlace } from './receipt-place.ts';

const attempts = 20;
const pauseMs = 50;

/**
 * The members' signed answer to what the world state holds under `keys`, as common.Payload: a transaction that is endorsed and never
 * submitted. Its read set tells which transaction wrote each.
 * @throws ChartsealError `ledger-unavailable` while a majority cannot be had, or members stay blocks apart
 */
export const endorsedStates = async (
  { network, chaincode, mspId }: ReceiptPlace,
  keys: readonly string[],
): Promise<Uint8Array> => {
  const contract = network.getContract(chaincode, 'directory');
  for (let attempt = 1; ; attempt += 1) {
    try {
      const transaction = await contract.newProposal('States', { arguments: [JSON.stringify(keys)] }).endorse();
      const prepared = gateway.PreparedTransaction.deserializeBinary(transaction.getBytes());
      return prepared.getEnvelope()?.getPayload_asU8() ?? new Uint8Array();
    } catch (error) {
      // Another member's peer commits the block some milliseconds later, and until then answers otherwise.
      if (attempt === attempts || !isWorthAnotherProposal(error, mspId)) throw asChartsealError(error);
      await sleep(pauseMs);
    }
  }
};
