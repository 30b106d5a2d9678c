/** A log in memory that can be made to say anything: the modified gateway of the tests. */
import type { DirectoryLog } from '@chartseal/contracts';
import type { Ledger } from '@chartseal/ports';
import {
  append,
  consistencyProof,
  emptyTree,
  formatCheckpoint,
  formatVerifierKey,
  leafHash,
  makeVerifierKey,
  rootHash,
  signNote,
  type HashReader,
  type SignEd25519,
  type VerifierKey,
} from '@chartseal/tlog';
import { generateEd25519, sha256 } from '@chartseal/tlog/node';

/** Who writes a log, as the ledger tells everyone: a modified gateway says so too. */
export const claimedWriter = async (
  ledger: Pick<Ledger, 'evaluate'>,
  origin: string,
): Promise<{ readonly writer?: string }> => {
  const answer = await ledger.evaluate({ contract: 'anchor', transaction: 'Writer', args: [origin] }).catch(() => '{}');
  const { writer } = JSON.parse(answer) as { readonly writer?: string };
  return writer === undefined ? {} : { writer };
};

export type SyntheticKey = { readonly key: VerifierKey; readonly sign: SignEd25519 };

export const syntheticKey = (origin: string): SyntheticKey => {
  const { publicKey, sign } = generateEd25519();
  return { key: makeVerifierKey(sha256, origin, publicKey), sign };
};

/** One history. Two with one key and other entries are a fork. */
export class SyntheticLog {
  readonly #signer: SyntheticKey;
  readonly #entries: readonly string[];

  constructor(signer: SyntheticKey, entries: readonly string[]) {
    this.#signer = signer;
    this.#entries = entries;
  }

  /** As a member's directory entry has it. */
  get directoryLog(): DirectoryLog {
    const { key } = this.#signer;
    return { origin: key.name, verifierKey: formatVerifierKey(key), fromSize: 0 };
  }

  /** The signed note of the tree of the first `size` entries. */
  async checkpoint(size: number, origin = this.#signer.key.name): Promise<string> {
    const tree = append(sha256, emptyTree, this.#leaves(size));
    const text = formatCheckpoint({ origin, treeSize: size, rootHash: rootHash(sha256, tree), extensions: [] });
    return signNote(text, this.#signer.key, this.#signer.sign);
  }

  proof(oldSize: number, newSize: number): Promise<readonly Uint8Array[]> {
    const nodes = new Map<string, Uint8Array>();
    append(sha256, emptyTree, this.#leaves(newSize), (level, index, hash) => void nodes.set(`${level}/${index}`, hash));
    const read: HashReader = async (asked) =>
      asked.map(({ level, index }) => nodes.get(`${level}/${index}`) ?? new Uint8Array());
    return consistencyProof(sha256, oldSize, newSize, read);
  }

  #leaves(size: number): readonly Uint8Array[] {
    return this.#entries.slice(0, size).map((entry) => leafHash(sha256, Buffer.from(entry)));
  }
}

/** Numbered entries; from `forkedAt` on they are another story's. */
export const entriesOf = (count: number, forkedAt = count): readonly string[] =>
  Array.from({ length: count }, (_, at) => (at < forkedAt ? `entry ${at}` : `other entry ${at}`));
