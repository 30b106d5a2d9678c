/** A tree of another hospital's log that this witness cosigned (https://c2sp.org/tlog-witness). */
export type WitnessedTree = {
  readonly origin: string;
  readonly treeSize: number;
  /** Base64. */
  readonly rootHash: string;
  /** The signed checkpoint, as the log sent it. */
  readonly note: string;
};

/**
 * A checkpoint that its log signed and this witness did not cosign.
 * - `equivocation`: the log signed two roots of one size. The two notes prove it to anyone.
 * - `unproven`: nobody showed that it continues what was cosigned. Whoever sent it may have sent a wrong proof, so it proves nothing alone.
 */
export type Fork = WitnessedTree & {
  readonly kind: 'equivocation' | 'unproven';
  /** Of `equivocation` the note of the same size with another root, else the newest that was cosigned. */
  readonly against: string;
  /** The proof that was sent with it, and the size from which: base64 hashes. */
  readonly oldSize: number;
  readonly proof: readonly string[];
  /** Milliseconds since the epoch. */
  readonly seenAt: number;
};

/** So many of the newest trees of a log are remembered, to hold late checkpoints against. */
export const rememberedTrees = 1024;
/** So many forks of each kind are kept of a log: the first prove it, and more would only fill the store. */
export const mostForks = 64;

/**
 * What a witness has cosigned of each log, and the forks that it was shown.
 *
 * Laws:
 * 1. `advance` is one transaction, durable before it resolves, and takes a tree only if the newest of its origin has the size `from` (0: there is
 *    none). Of many at once one is taken; `overtaken` changes nothing.
 * 2. No size of an origin ever has two roots, and `newest` never a smaller tree than before: `advance` to a smaller tree, or to another root of the
 *    same size, is refused with kind `conflict`. To the same tree it changes nothing.
 * 3. `cosigned` answers for the newest tree and the `rememberedTrees` - 1 before it.
 * 4. A fork is kept once for each origin, size and root, and of each kind the first `mostForks` of an origin; durable before `keepFork` resolves. An
 *    `equivocation` takes the place of the same tree's `unproven`, never the other way.
 * 5. A tree that is cosigned after all is `unproven` no more.
 * 6. `forks` gives the newest first, of one origin or of all. `trees` gives all that is remembered, by origin and size.
 */
export interface WitnessStore {
  newest(origin: string): Promise<WitnessedTree | undefined>;
  cosigned(origin: string, treeSize: number): Promise<WitnessedTree | undefined>;
  advance(from: number, tree: WitnessedTree): Promise<'advanced' | 'overtaken'>;
  keepFork(fork: Fork): Promise<'kept' | 'known' | 'full'>;
  forks(origin?: string): Promise<readonly Fork[]>;
  trees(): Promise<readonly WitnessedTree[]>;
}
