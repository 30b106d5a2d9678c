import type { LogName } from './record-store.ts';

/** What another hospital's witness signed of a checkpoint of ours (https://c2sp.org/tlog-cosignature). */
export type Cosignature = {
  readonly log: LogName;
  readonly treeSize: number;
  /** Base64: a store that was restored may come to the same size with another tree. */
  readonly rootHash: string;
  /** C2SP verifier key of the witness. */
  readonly witness: string;
  /** The line of the signed note, without its line break. */
  readonly line: string;
};

/** The key that was first seen of an organisation's witness at an address. */
export type WitnessPin = { readonly organization: string; readonly witnessUrl: string; readonly verifierKey: string };

export type CosignedTree = Pick<Cosignature, 'log' | 'treeSize' | 'rootHash'>;

/**
 * The cosignatures of our own checkpoints, and the keys of those who give them.
 *
 * Laws:
 * 1. `add` is durable before it resolves. Of one witness and one tree the newest stands.
 * 2. `of` gives those of that very tree, in the order of their witnesses' keys.
 * 3. `forget` takes away those of smaller trees of that log alone.
 * 4. `pin` keeps the first key that is seen of an organisation at an address, and returns the one that is kept.
 * 5. `held` gives all cosignatures, `pins` all keys that are kept.
 */
export interface CosignatureStore {
  add(cosignature: Cosignature): Promise<void>;
  of(tree: CosignedTree): Promise<readonly Cosignature[]>;
  forget(log: LogName, below: number): Promise<void>;
  pinned(organization: string, witnessUrl: string): Promise<string | undefined>;
  pin(organization: string, witnessUrl: string, verifierKey: string): Promise<string>;
  held(): Promise<readonly Cosignature[]>;
  pins(): Promise<readonly WitnessPin[]>;
}
