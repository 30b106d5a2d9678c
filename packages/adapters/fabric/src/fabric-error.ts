import { status } from '@grpc/grpc-js';
import { parseRefusal } from '@chartseal/contracts';
import { ChartsealError, type ErrorDetail } from '@chartseal/ports';
import { EndorseError, GatewayError } from '@hyperledger/fabric-gateway';

/** All that an error of the gateway says: its own words, and those of the peers behind it. */
export const wordsOf = (error: unknown): readonly string[] =>
  error instanceof GatewayError ? [error.message, ...error.details.map(({ message }) => message)] : [String(error)];

/** The contract's own no, as the own organisation's peer gave it; Fabric puts words of its own before it. */
const refusalIn = (error: unknown, ownMspId: string): ErrorDetail | undefined => {
  for (const { mspId, message } of error instanceof GatewayError ? error.details : []) {
    if (mspId !== ownMspId || !/chaincode response \d+, /.test(message)) continue;
    const refusal = parseRefusal(message);
    if (refusal === undefined) continue;
    const { code, lastSequence } = refusal;
    return { code, ...(lastSequence === undefined ? {} : { lastSequence }) };
  }
  return undefined;
};

const retriedCodes: ReadonlySet<number> = new Set([status.ABORTED, status.FAILED_PRECONDITION]);

/**
 * Whether a new proposal may fare better: the members' answers did not match, since one of them was a block behind, or not enough of them
 * could be found. A refusal by the own peer, who is asked first, is none of these, though it comes with the same code. One by another member alone
 * is: that member has not seen yet what the own peer has, or it lies.
 */
export const isWorthAnotherProposal = (error: unknown, ownMspId: string): boolean =>
  error instanceof EndorseError && retriedCodes.has(error.code) && refusalIn(error, ownMspId) === undefined;

/**
 * Any failure of endorsing or evaluating, of which nothing has come. Words of peers may repeat arguments: only codes go on.
 * @param ownMspId where a contract was called: whose refusal counts
 */
export const asChartsealError = (error: unknown, ownMspId?: string): ChartsealError => {
  if (error instanceof ChartsealError) return error;
  const refusal = ownMspId === undefined ? undefined : refusalIn(error, ownMspId);
  if (refusal !== undefined) return new ChartsealError('ledger-refused', 'the contract refused', refusal);
  const code = error instanceof GatewayError ? (status[error.code] ?? 'UNKNOWN') : 'UNKNOWN';
  return new ChartsealError('ledger-unavailable', `the ledger does not answer (${code})`, {}, { cause: error });
};
