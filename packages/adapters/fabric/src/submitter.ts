import { setTimeout as sleep } from 'node:timers/promises';
import type { CallOptions } from '@grpc/grpc-js';
import {
  ChartsealError,
  type Committed,
  type ContractCall,
  type Submission,
  type SubmissionStore,
} from '@chartseal/ports';
import { StatusCode, type Contract, type Gateway, type Status, type Transaction } from '@hyperledger/fabric-gateway';
import { asChartsealError, isWorthAnotherProposal } from './fabric-error.ts';
import { purposeOf } from './purpose.ts';

export type SubmitterOptions = {
  readonly gateway: Gateway;
  readonly contract: (name: string) => Contract;
  readonly mspId: string;
  readonly submissions: SubmissionStore;
  /** Over the bytes that fabric-gateway calls digest. */
  readonly sign: (digest: Uint8Array) => Promise<Uint8Array>;
  readonly monotonicMs: () => number;
  /** Of one call of the peer. */
  readonly callTimeoutMs: number;
  readonly commitTimeoutMs: number;
};

/** Between two proposals of one call, at most. */
const longestPauseMs = 400;
/** What a later commit, an upgrade of the chaincode or a change of the channel made of it: the same call may pass now. */
const transientCodes: ReadonlySet<number> = new Set([
  StatusCode.MVCC_READ_CONFLICT,
  StatusCode.PHANTOM_READ_CONFLICT,
  StatusCode.ENDORSEMENT_POLICY_FAILURE,
  StatusCode.EXPIRED_CHAINCODE,
  StatusCode.CHAINCODE_VERSION_CONFLICT,
]);

const decoder = new TextDecoder();

/** Takes calls to the ledger. What was signed is kept until its commit was seen; an acknowledgement by the orderers says nothing. */
export class Submitter {
  readonly #options: SubmitterOptions;

  constructor(options: SubmitterOptions) {
    this.#options = options;
  }

  /** See Ledger laws 1, 3 and 4. */
  async submit(call: ContractCall): Promise<Committed> {
    const deadlineMs = this.#options.monotonicMs() + this.#options.commitTimeoutMs;
    for (let proposals = 1; ; proposals += 1) {
      const outcome = await this.#propose(call, deadlineMs);
      if (outcome.kind === 'committed') return outcome.committed;
      // Not all at the same moment: they met once already.
      const pauseMs = Math.min(longestPauseMs, 20 * 2 ** proposals) * (0.5 + Math.random());
      if (this.#options.monotonicMs() + pauseMs >= deadlineMs) throw outcome.error;
      await sleep(pauseMs);
    }
  }

  /** Sends again what was signed long ago and never seen committed. @returns how many were settled */
  async resume(olderThanMs: number, limit: number): Promise<number> {
    const left = await this.#options.submissions.unsettled(olderThanMs, limit);
    // All at once: one that the orderers never take, as its certificate expired meanwhile, must not hold up the others.
    const outcomes = await Promise.allSettled(left.map((submission) => this.#sendAgain(submission)));
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw asChartsealError(outcome.reason);
    return outcomes.length;
  }

  async #sendAgain({ transactionId, signed }: Submission): Promise<void> {
    const { gateway, submissions } = this.#options;
    const status = await send(gateway.newTransaction(signed));
    if (status.transactionId !== transactionId)
      throw new ChartsealError('corrupt', 'a kept transaction has another id');
    await submissions.settled(transactionId);
  }

  /** One call may take as long as calls may, but not beyond the end of `submit`. */
  #until(deadlineMs: number): CallOptions {
    const { monotonicMs, callTimeoutMs } = this.#options;
    return { deadline: Date.now() + Math.max(1, Math.min(callTimeoutMs, deadlineMs - monotonicMs())) };
  }

  async #propose(call: ContractCall, deadlineMs: number): Promise<Outcome> {
    const endorsed = await this.#endorse(call, deadlineMs);
    if (endorsed instanceof ChartsealError) return { kind: 'again', error: endorsed };
    const { gateway, mspId, submissions, sign } = this.#options;
    const transactionId = endorsed.getTransactionId();
    // Signed once: ever after the same bytes are sent.
    const signature = await sign(endorsed.getDigest());
    const signed = gateway.newSignedTransaction(endorsed.getBytes(), signature).getBytes();
    await submissions.keep({ transactionId, purpose: purposeOf(call, mspId), signed });
    const status = await this.#commit(gateway.newTransaction(signed), deadlineMs);
    // Should the store be away, whoever resumes learns the same once more.
    await submissions.settled(transactionId).catch(() => undefined);
    if (status.successful) {
      const result = decoder.decode(endorsed.getResult());
      return { kind: 'committed', committed: { transactionId, blockNumber: Number(status.blockNumber), result } };
    }
    const error = new ChartsealError('ledger-unavailable', `the ledger did not take the transaction (${status.code})`);
    if (transientCodes.has(status.code)) return { kind: 'again', error };
    throw error;
  }

  async #endorse(
    { contract, transaction, args }: ContractCall,
    deadlineMs: number,
  ): Promise<Transaction | ChartsealError> {
    try {
      return await this.#options
        .contract(contract)
        .newProposal(transaction, { arguments: [...args] })
        .endorse(this.#until(deadlineMs));
    } catch (error) {
      const { mspId } = this.#options;
      if (isWorthAnotherProposal(error, mspId)) return asChartsealError(error);
      throw asChartsealError(error, mspId);
    }
  }

  /** Until it is known what became of it; the same bytes again where nothing was heard. */
  async #commit(transaction: Transaction, deadlineMs: number): Promise<Status> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await send(transaction, () => this.#until(deadlineMs));
      } catch (cause) {
        const pauseMs = Math.min(1000, 50 * 2 ** attempt);
        if (this.#options.monotonicMs() + pauseMs >= deadlineMs)
          throw new ChartsealError(
            'outcome-unknown',
            'no commit was seen in time',
            { retryAfterSeconds: 1 },
            { cause },
          );
        await sleep(pauseMs);
      }
    }
  }
}

type Outcome =
  | { readonly kind: 'committed'; readonly committed: Committed }
  | { readonly kind: 'again'; readonly error: ChartsealError };

/** @param options those of the gateway unless given */
const send = async (transaction: Transaction, options: () => CallOptions = () => ({})): Promise<Status> =>
  (await transaction.submit(options())).getStatus(options());
