import { createContracts, parseRefusal, refuse } from '@chartseal/contracts';
import type { Logger } from '@chartseal/server';
import { type Contract, JSONSerializer } from 'fabric-contract-api';
import { type ChaincodeInterface, type ChaincodeResponse, type ChaincodeStub, Shim } from 'fabric-shim';
import ChaincodeFromContract from 'fabric-shim/lib/contract-spi/chaincodefromcontract.js';

const serializers = { transaction: 'json', serializers: { json: JSONSerializer } };

/** The shim makes its contracts with `new`; a constructor that returns an object hands over one that exists. */
const classOf = (contract: Contract): new () => Contract => {
  // Fabric's own would log what the caller sent.
  contract.unknownTransaction = async () => refuse('malformed', { at: 'transaction' });
  return function constructed() {
    return contract;
  } as unknown as new () => Contract;
};

/** The contracts as the chaincode that a peer calls, which can be told to take no more. */
export type ServedChaincode = ChaincodeInterface & {
  /** Refuses what comes from now on, and resolves when what is under way has been answered. */
  drain(): Promise<void>;
};

/** What the shim calls; a transaction is named in the log, its arguments never are. */
export const createChaincode = (log: Logger): ServedChaincode => {
  const routed = new ChaincodeFromContract(createContracts().map(classOf), serializers, {}, 'chartseal', '');
  const underWay = new Set<Promise<ChaincodeResponse>>();
  let accepts: 'transactions' | 'nothing' = 'transactions';

  const serve = async (stub: ChaincodeStub): Promise<ChaincodeResponse> => {
    if (accepts === 'nothing') return Shim.error('the chaincode is stopping');
    const answer = routed.Invoke(stub);
    underWay.add(answer);
    try {
      const response = await answer;
      tell(log, stub, response);
      return response;
    } finally {
      underWay.delete(answer);
    }
  };
  return {
    Init: serve,
    Invoke: serve,
    drain: async () => {
      accepts = 'nothing';
      await Promise.allSettled(underWay);
    },
  };
};

/** A name that is no transaction's may be anything. */
const known: ReadonlySet<string> = new Set(
  createContracts().flatMap((contract) =>
    Object.getOwnPropertyNames(Object.getPrototypeOf(contract)).map((name) => `${contract.getName()}:${name}`),
  ),
);

const tell = (log: Logger, stub: ChaincodeStub, { status, message }: ChaincodeResponse): void => {
  const named = stub.getFunctionAndParameters().fcn;
  const transaction = known.has(named) ? named : 'unknown';
  const line = { transaction, transactionId: stub.getTxID() };
  if (status < 400) return log.debug(line, 'endorsed');
  const refusal = parseRefusal(message ?? '');
  if (refusal !== undefined) return log.debug({ ...line, refused: refusal.code }, 'refused');
  return log.error(line, 'a transaction failed in the contract');
};
