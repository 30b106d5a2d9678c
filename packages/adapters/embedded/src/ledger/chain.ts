import { ChartsealError } from '@chartseal/ports';
import type { ContractEvent, EventPosition } from '@chartseal/ports';
import type { Block } from './block.ts';
import type { Network } from './check-block.ts';
import { WorldState } from './world-state.ts';

/** Where a block's line lies in the file. */
export type Location = { readonly offset: number; readonly length: number };

type Place = { readonly blockNumber: number; readonly index: number };

/** What is known of the durable blocks, in memory: state, events, and where each transaction is. */
export class Chain {
  readonly network: Network;
  readonly state = new WorldState();
  readonly #locations: Location[] = [];
  readonly #places = new Map<string, Place>();
  readonly #events: (ContractEvent & Place)[] = [];
  /** Hex SHA-256 of the last line. */
  tipHash: string;
  #appended = Promise.withResolvers<void>();

  constructor(network: Network, genesis: Location) {
    this.network = network;
    this.tipHash = network.id;
    this.#locations.push(genesis);
  }

  /** Number of blocks, genesis included; so also the next block's number. */
  get height(): number {
    return this.#locations.length;
  }

  /** Takes in a block that is durable. */
  append(block: Block, hash: string, location: Location): void {
    const blockNumber = block.header.number;
    for (const [index, { id, proposal, writes, event }] of block.transactions.entries()) {
      this.state.apply(writes);
      this.#places.set(id, { blockNumber, index });
      if (event !== null) {
        this.#events.push({ blockNumber, index, transactionId: id, contract: proposal.contract, ...event });
      }
    }
    this.tipHash = hash;
    this.#locations.push(location);
    this.wake();
  }

  has(transactionId: string): boolean {
    return this.#places.has(transactionId);
  }

  /** The block and the place in it of a transaction, or undefined. */
  locate(transactionId: string): (Location & Place) | undefined {
    const place = this.#places.get(transactionId);
    const location = place === undefined ? undefined : this.#locations[place.blockNumber];
    return place === undefined || location === undefined ? undefined : { ...place, ...location };
  }

  /** Index of the first event after a position. Throws `corrupt` for a position that this ledger does not have. */
  eventsAfter(position: EventPosition | undefined): number {
    if (position === undefined) return 0;
    const seen = this.#places.get(position.transactionId);
    if (seen === undefined || seen.blockNumber !== position.blockNumber) {
      // A ledger restored from an older copy: going on from its start or end would hide what was lost.
      throw new ChartsealError('corrupt', 'the ledger does not hold the transaction after which to go on');
    }
    const isLater = (event: Place): boolean =>
      event.blockNumber > seen.blockNumber || (event.blockNumber === seen.blockNumber && event.index > seen.index);
    const first = this.#events.findIndex(isLater);
    return first < 0 ? this.#events.length : first;
  }

  eventAt(index: number): ContractEvent | undefined {
    const event = this.#events[index];
    if (event === undefined) return undefined;
    const { blockNumber, transactionId, contract, name, payload } = event;
    return { blockNumber, transactionId, contract, name, payload };
  }

  /** Resolves when something was appended, or the ledger closed. */
  appended(): Promise<void> {
    return this.#appended.promise;
  }

  wake(): void {
    this.#appended.resolve();
    this.#appended = Promise.withResolvers();
  }
}
