import { setTimeout as sleep } from 'node:timers/promises';
import { ChartsealError, type Committed, type ContractCall, type SubmissionStore } from '@chartseal/ports';
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
    const { gateway, submissions } = this.#options;
    let settled = 0;
    for (const { transactionId, signed } of await submissions.unsettled(olderThanMs, limit)) {
      const status = await send(gateway.newTransaction(signed)).catch((error: unknown) => {
        throw asChartsealError(error);
      });
      if (status.transactionId !== transactionId)
        throw new ChartsealError('corrupt', 'a kept transaction has another id');
      await submissions.settled(transactionId);
      settled += 1;
    }
    return settled;
  }

  async #propose(call: ContractCall, deadlineMs: number): Promise<Outcome> {
    const endorsed = await this.#endorse(call);
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

  async #endorse({ contract, transaction, args }: ContractCall): Promise<Transaction | ChartsealError> {
    try {
      return await this.#options
        .contract(contract)
        .newProposal(transaction, { arguments: [...args] })
        .endorse();
    } catch (error) {
      if (isWorthAnotherProposal(error)) return asChartsealError(error);
      throw asChartsealError(error);
    }
  }

  /** Until it is known what became of it; the same bytes again where nothing was heard. */
  async #commit(transaction: Transaction, deadlineMs: number): Promise<Status> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await send(transaction);
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

const send = async (transaction: Transaction): Promise<Status> => (await transaction.submit()).getStatus();
