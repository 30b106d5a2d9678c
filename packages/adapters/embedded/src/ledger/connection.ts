import type { FileHandle } from 'node:fs/promises';
import { ChartsealError } from '@chartseal/ports';
import type {
  Committed,
  ContractCall,
  ContractEvent,
  EventPosition,
  Ledger,
  LedgerReceipt,
  Signer,
} from '@chartseal/ports';
import type { Contract } from 'fabric-contract-api';
import { signedBytes, transactionHash, transactionId } from './block.ts';
import type { Block, Proposal } from './block.ts';
import type { Chain } from './chain.ts';
import type { Committer, SignedProposal } from './committer.ts';
import { execute } from './execute.ts';

/** An organisation's name and the key that it signs its proposals with. */
export type LedgerIdentity = { readonly mspId: string; readonly signer: Signer };

/** What the connections of one open ledger share. */
export type Engine = {
  readonly chain: Chain;
  readonly handle: FileHandle;
  readonly contracts: ReadonlyMap<string, Contract>;
  /** Undefined where the ledger is only read. */
  readonly committer: Committer | undefined;
  readonly closed: AbortSignal;
  readonly clock: () => Date;
  readonly random: (size: number) => Uint8Array;
};

/** One organisation's view of the embedded ledger. See the port for its laws. */
export class EmbeddedLedger implements Ledger {
  readonly network: string;
  readonly mspId: string;
  readonly #engine: Engine;
  readonly #signer: Signer;
  readonly #publicKey: string;

  constructor(engine: Engine, { mspId, signer }: LedgerIdentity) {
    const known = engine.chain.network.creators.get(mspId)?.publicKey;
    if (known === undefined || known !== Buffer.from(signer.publicKey).toString('base64')) {
      throw new ChartsealError('unauthenticated', 'the ledger does not know this organisation by this key');
    }
    this.network = engine.chain.network.id;
    this.mspId = mspId;
    this.#engine = engine;
    this.#signer = signer;
    this.#publicKey = known;
  }

  async submit(call: ContractCall): Promise<Committed> {
    const { committer } = this.#engine;
    if (committer === undefined)
      throw new ChartsealError('ledger-unavailable', 'the ledger was opened to be read alone');
    return committer.submit(await this.#sign(call));
  }

  async evaluate(call: ContractCall): Promise<string> {
    const { chain, contracts, clock } = this.#engine;
    const contract = contracts.get(call.contract);
    if (contract === undefined) throw new ChartsealError('malformed', 'the ledger has no such contract');
    const invocation = { ...call, transactionId: '', mspId: this.mspId, creator: new Uint8Array() };
    for (;;) {
      const { height } = chain;
      const outcome = await settle(execute(contract, chain.state, { ...invocation, timestamp: clock().toISOString() }));
      // What was read before and after a block was appended may not fit together. It ends: state is in memory, and blocks come
      // no faster than the disk.
      if (chain.height === height) return outcome().result;
    }
  }

  async *events(after: EventPosition | undefined, signal: AbortSignal): AsyncGenerator<ContractEvent> {
    const { chain, closed } = this.#engine;
    const stop = AbortSignal.any([signal, closed]);
    const wake = (): void => chain.wake();
    stop.addEventListener('abort', wake, { once: true });
    try {
      for (let index = chain.eventsAfter(after); !stop.aborted;) {
        const event = chain.eventAt(index);
        if (event === undefined) {
          await chain.appended();
          continue;
        }
        index += 1;
        yield event;
      }
    } finally {
      stop.removeEventListener('abort', wake);
    }
  }

  async height(): Promise<number> {
    return this.#engine.chain.height;
  }

  async receipt(transactionId: string): Promise<LedgerReceipt> {
    const { chain, handle } = this.#engine;
    const found = chain.locate(transactionId);
    if (found === undefined) throw new ChartsealError('not-found', 'the ledger has no such transaction');
    const buffer = Buffer.alloc(found.length);
    await handle.read(buffer, 0, found.length, found.offset);
    const block = JSON.parse(buffer.toString()) as Block;
    return {
      type: 'embedded',
      blockNumber: block.header.number,
      network: this.network,
      genesis: chain.network.line,
      header: block.header,
      signature: block.signature,
      transactionHashes: block.transactions.map(transactionHash),
      transaction: block.transactions[found.index],
    };
  }

  async #sign({ contract, transaction, args }: ContractCall): Promise<SignedProposal> {
    const { clock, random } = this.#engine;
    const proposal: Proposal = {
      type: 'chartseal-embedded-proposal/v1',
      network: this.network,
      contract,
      transaction,
      args,
      mspId: this.mspId,
      nonce: Buffer.from(random(24)).toString('base64'),
      timestamp: clock().toISOString(),
    };
    const signature = Buffer.from(await this.#signer.sign(signedBytes(proposal))).toString('base64');
    return {
      id: transactionId(proposal.nonce, { mspId: this.mspId, publicKey: this.#publicKey }),
      proposal,
      signature,
    };
  }
}

/** Waits for the outcome, good or bad, and hands it over when asked. */
const settle = <T>(promise: Promise<T>): Promise<() => T> =>
  promise.then(
    (value) => () => value,
    (error: unknown) => () => {
      throw error;
    },
  );
