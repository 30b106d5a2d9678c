import type { FileHandle } from 'node:fs/promises';
import { canonicalJson } from '@chartseal/contracts';
import { ChartsealError } from '@chartseal/ports';
import type { Committed, Signer } from '@chartseal/ports';
import type { Contract } from 'fabric-contract-api';
import { dataHash, signedBytes, transactionHash } from './block.ts';
import type { Block, Proposal, Transaction } from './block.ts';
import type { Chain } from './chain.ts';
import { checkTransaction } from './check-block.ts';
import { execute } from './execute.ts';
import { sha256Hex } from './signature.ts';
import { PendingState } from './world-state.ts';

export type SignedProposal = Pick<Transaction, 'id' | 'proposal' | 'signature'>;

type Waiting = {
  readonly signed: SignedProposal;
  readonly resolve: (committed: Committed) => void;
  readonly reject: (error: unknown) => void;
};

type Accepted = { readonly waiting: Waiting; readonly transaction: Transaction };

const maxTransactionsInBlock = 500;

/**
 * Orders, executes and writes transactions, one after another. Those that arrive while a block is being made durable share
 * the next one. After a failed write nothing more is accepted: what reached the disk is only known after reopening.
 */
export class Committer {
  readonly #chain: Chain;
  readonly #handle: FileHandle;
  readonly #ledgerSigner: Signer;
  readonly #contracts: ReadonlyMap<string, Contract>;
  #queue: Waiting[] = [];
  #end: number;
  #running: Promise<void> | undefined;
  #stopped: 'open' | 'closed' | 'failed' = 'open';

  constructor(
    chain: Chain,
    file: { readonly handle: FileHandle; readonly end: number },
    ledgerSigner: Signer,
    contracts: ReadonlyMap<string, Contract>,
  ) {
    this.#chain = chain;
    this.#handle = file.handle;
    this.#end = file.end;
    this.#ledgerSigner = ledgerSigner;
    this.#contracts = contracts;
  }

  submit(signed: SignedProposal): Promise<Committed> {
    if (this.#stopped !== 'open') return Promise.reject(unavailable());
    return new Promise((resolve, reject) => {
      this.#queue.push({ signed, resolve, reject });
      this.#running ??= this.#run();
    });
  }

  /** Lets what was submitted finish; refuses the rest. */
  async close(): Promise<void> {
    if (this.#stopped === 'open') this.#stopped = 'closed';
    await this.#running;
  }

  async #run(): Promise<void> {
    // Callers of the same turn get into the first block too.
    await Promise.resolve();
    while (this.#queue.length > 0) {
      const batch = this.#queue.splice(0, maxTransactionsInBlock);
      if (this.#stopped === 'failed') for (const { reject } of batch) reject(unavailable());
      else await this.#commit(batch);
    }
    this.#running = undefined;
  }

  async #commit(batch: readonly Waiting[]): Promise<void> {
    const accepted = await this.#execute(batch);
    if (accepted.length === 0) return;
    try {
      const { block, line } = await this.#block(accepted.map(({ transaction }) => transaction));
      const bytes = Buffer.from(`${line}\n`);
      await this.#write(bytes);
      this.#chain.append(block, sha256Hex(line), { offset: this.#end, length: bytes.length - 1 });
      this.#end += bytes.length;
      for (const { waiting, transaction } of accepted) {
        const { id, result } = transaction;
        waiting.resolve({ transactionId: id, blockNumber: block.header.number, result });
      }
    } catch (error) {
      this.#stopped = 'failed';
      const unknown = new ChartsealError('outcome-unknown', 'the ledger could not be written', {}, { cause: error });
      for (const { waiting } of accepted) waiting.reject(unknown);
    }
  }

  async #execute(batch: readonly Waiting[]): Promise<readonly Accepted[]> {
    const state = new PendingState(this.#chain.state);
    const accepted: Accepted[] = [];
    const ids = new Set<string>();
    for (const waiting of batch) {
      try {
        const { signed } = waiting;
        this.#assertGenuine(signed, ids);
        const execution = await execute(this.#contractOf(signed.proposal), state, this.#invocation(signed));
        state.apply(execution.writes);
        ids.add(signed.id);
        accepted.push({ waiting, transaction: { ...signed, ...execution, validity: 'valid' } });
      } catch (error) {
        waiting.reject(error);
      }
    }
    return accepted;
  }

  /** The attack: a caller that signs as itself and says that it is another, or sends another's old proposal again. */
  #assertGenuine(signed: SignedProposal, ids: ReadonlySet<string>): void {
    const unexecuted = { writes: [], event: null, result: '', validity: 'valid' } as const;
    const fault = checkTransaction({ ...signed, ...unexecuted }, this.#chain.network);
    if (fault !== undefined) throw new ChartsealError('unauthenticated', `the ledger does not take this: ${fault}`);
    if (ids.has(signed.id) || this.#chain.has(signed.id)) {
      throw new ChartsealError('conflict', 'the ledger has this transaction already');
    }
  }

  #contractOf({ contract }: Proposal): Contract {
    const found = this.#contracts.get(contract);
    if (found === undefined) throw new ChartsealError('malformed', 'the ledger has no such contract');
    return found;
  }

  #invocation({ id, proposal }: SignedProposal) {
    const { transaction, args, mspId, timestamp } = proposal;
    const creator = Buffer.from(this.#chain.network.creators.get(mspId)?.publicKey ?? '', 'base64');
    return { transactionId: id, transaction, args, mspId, creator, timestamp };
  }

  async #block(transactions: readonly Transaction[]): Promise<{ block: Block; line: string }> {
    const header: Block['header'] = {
      type: 'chartseal-embedded-block/v1',
      network: this.#chain.network.id,
      number: this.#chain.height,
      previousHash: this.#chain.tipHash,
      dataHash: dataHash(transactions.map(transactionHash)),
    };
    const signature = Buffer.from(await this.#ledgerSigner.sign(signedBytes(header))).toString('base64');
    const block: Block = { header, signature, transactions };
    return { block, line: canonicalJson(block) };
  }

  async #write(bytes: Buffer): Promise<void> {
    let written = 0;
    while (written < bytes.length) {
      const { bytesWritten } = await this.#handle.write(bytes, written, bytes.length - written, this.#end + written);
      written += bytesWritten;
    }
    // fdatasync also flushes the length, which is all of the metadata that reading back needs.
    await this.#handle.datasync();
  }
}

const unavailable = (): ChartsealError => new ChartsealError('ledger-unavailable', 'the ledger is closed');
