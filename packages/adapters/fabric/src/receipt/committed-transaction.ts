import { ChartsealError } from '@chartseal/ports';
import { GatewayError, type Network } from '@hyperledger/fabric-gateway';
import { common, peer } from '@hyperledger/fabric-protos';
import { asChartsealError, wordsOf } from '../fabric-error.ts';
import { writtenKeys } from './read-versions.ts';

/** A valid transaction, and where on the chain it is. */
export type CommittedTransaction = {
  /** common.Envelope, as its block holds it. */
  readonly envelope: Uint8Array;
  readonly blockNumber: number;
  /** Its place in the block, from 0. */
  readonly transactionNumber: number;
  /** What it wrote in the chaincode's namespace, deletions too. */
  readonly keys: readonly string[];
};

/** @throws ChartsealError `not-found` for an id that no transaction of the own peer's chain has, or one that was found invalid */
export const committedTransaction = async (
  network: Network,
  chaincode: string,
  transactionId: string,
): Promise<CommittedTransaction> => {
  const block = await blockOf(network, transactionId);
  const verdicts = block.getMetadata()?.getMetadataList_asU8()[common.BlockMetadataIndex.TRANSACTIONS_FILTER];
  const envelopes = block.getData()?.getDataList_asU8() ?? [];
  const at = envelopes.findIndex((envelope, index) => {
    const isValid = verdicts?.[index] === peer.TxValidationCode.VALID;
    return isValid && transactionIdOf(envelope) === transactionId;
  });
  const envelope = envelopes[at];
  const blockNumber = block.getHeader()?.getNumber();
  if (envelope === undefined || blockNumber === undefined) throw unknown();
  return { envelope, blockNumber, transactionNumber: at, keys: writtenKeys(payloadOf(envelope), chaincode) };
};

const unknown = (cause?: unknown): ChartsealError =>
  new ChartsealError('not-found', 'the ledger has no such transaction', {}, { cause });

const blockOf = async (network: Network, transactionId: string): Promise<common.Block> => {
  const qscc = network.getContract('qscc');
  try {
    const bytes = await qscc.evaluateTransaction('GetBlockByTxID', network.getName(), transactionId);
    return common.Block.deserializeBinary(bytes);
  } catch (error) {
    // fabric, core/scc/qscc/query.go and the block store's own words beneath it
    const isUnknown =
      error instanceof GatewayError && wordsOf(error).some((words) => /no such transaction/.test(words));
    throw isUnknown ? unknown(error) : asChartsealError(error);
  }
};

const payloadOf = (envelope: Uint8Array): Uint8Array => common.Envelope.deserializeBinary(envelope).getPayload_asU8();

const transactionIdOf = (envelope: Uint8Array): string => {
  const header = common.Payload.deserializeBinary(payloadOf(envelope)).getHeader();
  return common.ChannelHeader.deserializeBinary(header?.getChannelHeader_asU8() ?? new Uint8Array()).getTxId();
};
