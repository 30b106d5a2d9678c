import type { Fork, WitnessedTree, WitnessStore } from '@chartseal/ports';
import { toBase64, type AddCheckpoint, type Checkpoint } from '@chartseal/tlog';

/** A checkpoint that its log signed, and what came with it. */
export type Shown = AddCheckpoint & { readonly tree: Checkpoint };

/** What was shown, against a note of the same log. */
const forkOf = (
  { tree: { origin, treeSize, rootHash }, checkpoint, oldSize, proof }: Shown,
  kind: Fork['kind'],
  against: string,
  seenAt: number,
): Fork => ({
  origin,
  treeSize,
  rootHash: toBase64(rootHash),
  note: checkpoint,
  kind,
  against,
  oldSize,
  proof: proof.map(toBase64),
  seenAt,
});

/**
 * `equivocation` where another root of that size was cosigned here, which is then kept as evidence; `cosigned` where this very tree was. A tree of that size with
 * another root that was shown before, and that nobody could prove, was an equivocation too.
 */
export const keepEquivocations = async (
  witnessed: WitnessStore,
  shown: Shown,
  seenAt: number,
): Promise<'equivocation' | 'cosigned' | 'new'> => {
  const { origin, treeSize, rootHash } = shown.tree;
  const root = toBase64(rootHash);
  const earlier = await witnessed.forks(origin);
  for (const fork of earlier) {
    const contradicts = fork.kind === 'unproven' && fork.treeSize === treeSize && fork.rootHash !== root;
    if (contradicts) await witnessed.keepFork({ ...fork, kind: 'equivocation', against: shown.checkpoint });
  }
  const cosigned = await witnessed.cosigned(origin, treeSize);
  if (cosigned === undefined) return 'new';
  if (cosigned.rootHash === root) return 'cosigned';
  await witnessed.keepFork(forkOf(shown, 'equivocation', cosigned.note, seenAt));
  return 'equivocation';
};

/** Holds the ledger's newest tree against what was cosigned of that size, or is shown just now. */
export const keepLedgersFork = async (
  witnessed: WitnessStore,
  shown: Shown,
  anchored: { readonly note: string; readonly tree: Checkpoint },
  seenAt: number,
): Promise<'equivocation' | 'none'> => {
  const { origin, treeSize, rootHash } = anchored.tree;
  const isShown = shown.tree.treeSize === treeSize;
  const here = isShown
    ? { rootHash: toBase64(shown.tree.rootHash), note: shown.checkpoint }
    : await witnessed.cosigned(origin, treeSize);
  if (here === undefined || here.rootHash === toBase64(rootHash)) return 'none';
  const onLedger = { tree: anchored.tree, checkpoint: anchored.note, oldSize: 0, proof: [] };
  await witnessed.keepFork(forkOf(onLedger, 'equivocation', here.note, seenAt));
  return 'equivocation';
};

/** A signed tree that was not shown to go on from the newest: for whoever asks the log to explain it. */
export const keepUnproven = async (
  witnessed: WitnessStore,
  shown: Shown,
  newest: WitnessedTree | undefined,
  seenAt: number,
): Promise<void> => {
  await witnessed.keepFork(forkOf(shown, 'unproven', newest?.note ?? '', seenAt));
};
