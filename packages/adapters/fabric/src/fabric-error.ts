import { status } from '@grpc/grpc-js';
import { parseRefusal } from '@chartseal/contracts';
import { ChartsealError, type ErrorDetail } from '@chartseal/ports';
import { EndorseError, GatewayError } from '@hyperledger/fabric-gateway';

/** All that an error of the gateway says: its own words, and those of the peers behind it. */
export const wordsOf = (error: unknown): readonly string[] =>
  error instanceof GatewayError ? [error.message, ...error.details.map(({ message }) => message)] : [String(error)];

/** The contract's own no; Fabric puts words of its own before it. */
const refusalIn = (error: unknown): ErrorDetail | undefined => {
  for (const words of wordsOf(error)) {
    if (!/chaincode response \d+, /.test(words)) continue;
    const refusal = parseRefusal(words);
    if (refusal === undefined) continue;
    const { code, lastSequence } = refusal;
    return { code, ...(lastSequence === undefined ? {} : { lastSequence }) };
  }
  return undefined;
};

const retriedCodes: ReadonlySet<number> = new Set([status.ABORTED, status.FAILED_PRECONDITION]);

/**
 * Whether a new proposal may fare better: the members' answers did not match, since one of them was a block behind, or not enough of them
 * could be found. A refusal by a contract is none of these, though it comes with the same code.
 */
export const isWorthAnotherProposal = (error: unknown): boolean =>
  error instanceof EndorseError && retriedCodes.has(error.code) && refusalIn(error) === undefined;

/** Any failure of endorsing or evaluating, of which nothing has come. Words of peers may repeat arguments: only codes go on. */
export const asChartsealError = (error: unknown): ChartsealError => {
  if (error instanceof ChartsealError) return error;
  const refusal = refusalIn(error);
  if (refusal !== undefined) return new ChartsealError('ledger-refused', 'the contract refused', refusal);
  const code = error instanceof GatewayError ? (status[error.code] ?? 'UNKNOWN') : 'UNKNOWN';
  return new ChartsealError('ledger-unavailable', `the ledger does not answer (${code})`, {}, { cause: error });
};
