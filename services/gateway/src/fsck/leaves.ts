import { hashLength, type LeafRange } from '@chartseal/tlog';

/** Bits of a leaf's state. */
const read = 1;
const claimed = 2;

/**
 * The entries of a log's leaves from `from` up, and which of them a version is there for. In two arrays, 33 bytes a leaf: the ten million of a large
 * hospital take 330 MB. Our entries are commitments, 32 bytes each: what has another length is none.
 */
export class Leaves {
  readonly from: number;
  readonly treeSize: number;
  readonly #entries: Buffer;
  readonly #states: Uint8Array;

  constructor(from: number, treeSize: number) {
    this.from = from;
    this.treeSize = treeSize;
    this.#entries = Buffer.alloc((treeSize - from) * hashLength);
    this.#states = new Uint8Array(treeSize - from);
  }

  put(leafIndex: number, entry: Uint8Array): void {
    if (!this.has(leafIndex) || entry.length !== hashLength) return;
    this.#entries.set(entry, (leafIndex - this.from) * hashLength);
    this.#set(leafIndex, read);
  }

  has(leafIndex: number): boolean {
    return leafIndex >= this.from && leafIndex < this.treeSize;
  }

  /** Whether the leaf's entry could be read, and is that. */
  is(leafIndex: number, commitment: Uint8Array): boolean {
    const at = (leafIndex - this.from) * hashLength;
    return (
      (this.#state(leafIndex) & read) !== 0 &&
      commitment.length === hashLength &&
      this.#entries.compare(commitment, 0, hashLength, at, at + hashLength) === 0
    );
  }

  /** Says that a version is there for it, and whether another one was before. */
  claim(leafIndex: number): 'first' | 'again' {
    if ((this.#state(leafIndex) & claimed) !== 0) return 'again';
    this.#set(leafIndex, claimed);
    return 'first';
  }

  /** Where no version is there for a leaf: ranges, both ends included. */
  *unclaimed(): Generator<LeafRange> {
    let first: number | undefined;
    for (let leaf = this.from; leaf < this.treeSize; leaf += 1) {
      if ((this.#state(leaf) & claimed) === 0) first ??= leaf;
      else if (first !== undefined) {
        yield [first, leaf - 1];
        first = undefined;
      }
    }
    if (first !== undefined) yield [first, this.treeSize - 1];
  }

  #state(leafIndex: number): number {
    return this.#states[leafIndex - this.from] ?? 0;
  }

  #set(leafIndex: number, bit: number): void {
    this.#states[leafIndex - this.from] = this.#state(leafIndex) | bit;
  }
}
