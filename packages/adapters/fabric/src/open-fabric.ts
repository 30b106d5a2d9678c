import { contractApi, fitContractApi, parseContractApi } from '@chartseal/contracts';
import {
  ChartsealError,
  isKind,
  type Committed,
  type ContractCall,
  type ContractEvent,
  type EventPosition,
  type Ledger,
  type LedgerReceipt,
  type SubmissionStore,
} from '@chartseal/ports';
import type { Contract, Network } from '@hyperledger/fabric-gateway';
import { ChainQueries } from './chain-queries.ts';
import { openConnection, usualCallTimeoutMs, type Connection } from './connection.ts';
import { eventsOf } from './events.ts';
import { asChartsealError, wordsOf } from './fabric-error.ts';
import { makeReceipt } from './receipt/index.ts';
import type { FabricSettings } from './settings.ts';
import { Submitter } from './submitter.ts';

export type FabricOptions = { readonly submissions: SubmissionStore; readonly monotonicMs?: () => number };

export type FabricLedger = Ledger &
  AsyncDisposable & {
    /** Sends again what other calls, or other processes, left behind unsettled. Rejects as `submit` does. @returns how many were settled */
    resume(): Promise<number>;
  };

/** Long after the call that made it has given up. */
const leftAfterMs = 15_000;
const resumedAtOnce = 50;
const noSuchChaincode = /no peers available to evaluate chaincode/;
const decoder = new TextDecoder();

/**
 * The ledger as the organisation's own peer serves it.
 * @throws ChartsealError `misconfigured`, naming the variable that is wrong; `ledger-unavailable` while the peer or the chaincode is away
 */
export const openFabric = async (settings: FabricSettings, options: FabricOptions): Promise<FabricLedger> => {
  const connection = await openConnection(settings);
  try {
    return await openLedger(connection, settings, options);
  } catch (error) {
    connection.close();
    throw error;
  }
};

const openLedger = async (
  { gateway, sign, close }: Connection,
  { mspId, channel, chaincode, callTimeoutMs = usualCallTimeoutMs, commitTimeoutMs = 10_000 }: FabricSettings,
  { submissions, monotonicMs = () => performance.now() }: FabricOptions,
): Promise<FabricLedger> => {
  const network: Network = gateway.getNetwork(channel);
  const chain = new ChainQueries(network);
  const contract = (name: string): Contract => network.getContract(chaincode, name);
  const evaluate = async ({ contract: name, transaction, args }: ContractCall): Promise<string> => {
    try {
      // The own peer alone: what it committed it also shows (law 2).
      const options = { arguments: [...args], endorsingOrganizations: [mspId] };
      return decoder.decode(await contract(name).evaluate(transaction, options));
    } catch (error) {
      throw asChartsealError(error, mspId);
    }
  };
  const timeouts = { callTimeoutMs, commitTimeoutMs };
  const submitter = new Submitter({ gateway, contract, mspId, submissions, sign, monotonicMs, ...timeouts });
  const closed = new AbortController();
  const id = await chain.networkId();
  await requireContracts(evaluate, chaincode);
  return {
    network: id,
    mspId,
    submit: (call): Promise<Committed> => submitter.submit(call),
    evaluate,
    events: (after: EventPosition | undefined, signal: AbortSignal): AsyncIterable<ContractEvent> =>
      eventsOf(network, chaincode, after, signal, closed.signal),
    height: () => chain.height(),
    receipt: (transactionId): Promise<LedgerReceipt> => makeReceipt({ network, chaincode, mspId }, transactionId),
    resume: () => submitter.resume(leftAfterMs, resumedAtOnce),
    [Symbol.asyncDispose]: async () => {
      closed.abort();
      close();
    },
  };
};

/** That the chaincode is ours, and of a version that this release works with. */
const requireContracts = async (evaluate: (call: ContractCall) => Promise<string>, name: string): Promise<void> => {
  const answer = await evaluate({ contract: 'directory', transaction: 'ApiVersion', args: [] }).catch(
    (error: unknown) => {
      if (isKind(error, 'ledger-refused')) return '';
      // A peer that knows the chaincode, but whose server is away, says the same in other words.
      if (error instanceof ChartsealError && wordsOf(error.cause).some((words) => noSuchChaincode.test(words)))
        return '';
      throw error;
    },
  );
  const served = parseContractApi(answer);
  if (served === undefined)
    throw new ChartsealError('misconfigured', `FABRIC_CHAINCODE: ${name} has no contract API: is it Chartseal’s?`);
  const fit = fitContractApi(contractApi, served);
  if (fit.kind !== 'fits') throw new ChartsealError('misconfigured', fit.message);
};
