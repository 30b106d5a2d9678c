import { fromBase64, openCheckpoint, parseVerifierKey, toBase64, TlogError, verifyConsistency } from '@chartseal/tlog';
import type { Checkpoint } from '@chartseal/tlog';
import type { DirectoryLog } from '../directory/entry.ts';
import { sha256, verifyEd25519 } from '@chartseal/tlog/node';
import { refuse } from '../refusal.ts';
import type { AnchoredLog, CheckpointSubmission } from './anchored-log.ts';

export type Acceptance =
  | { readonly kind: 'new'; readonly treeSize: number; readonly rootHash: string }
  /** The same tree as the last time. */
  | { readonly kind: 'known'; readonly log: AnchoredLog };

/**
 * `beginning`: the tree that the log took over from the one before it. Whether a checkpoint is the log's own and continues the last one (RFC 6962 §2.1.2). The attack: a hospital that rewrites or
 * shortens its history. Refuses: malformed, signature, inconsistent (with lastSize).
 */
export async function acceptCheckpoint(
  log: DirectoryLog,
  last: AnchoredLog | undefined,
  beginning: Pick<AnchoredLog, 'treeSize' | 'rootHash'> | undefined,
  submission: CheckpointSubmission,
): Promise<Acceptance> {
  const { treeSize, rootHash } = await openOwnCheckpoint(log, submission.note);
  const accepted: Acceptance = { kind: 'new', treeSize, rootHash: toBase64(rootHash) };
  const before = last ?? beginning;
  const lastSize = before?.treeSize ?? log.fromSize;
  if (treeSize < lastSize) return refuse('inconsistent', { lastSize });
  const proof = submission.consistencyProof.map(hash);
  if (before === undefined) return proof.length === 0 ? accepted : refuse('inconsistent', { lastSize });
  if (last !== undefined && treeSize === last.treeSize && accepted.rootHash === last.rootHash)
    return { kind: 'known', log: last };
  try {
    const oldRoot = hash(before.rootHash);
    verifyConsistency(sha256, { oldSize: lastSize, newSize: treeSize, oldRoot, newRoot: rootHash, proof });
  } catch (error) {
    if (error instanceof TlogError) return refuse('inconsistent', { lastSize });
    throw error;
  }
  return accepted;
}

/** Refuses: malformed, signature. */
export async function openOwnCheckpoint({ verifierKey }: DirectoryLog, note: string): Promise<Checkpoint> {
  try {
    return await openCheckpoint(note, parseVerifierKey(sha256, verifierKey), verifyEd25519);
  } catch (error) {
    if (!(error instanceof TlogError)) throw error;
    return refuse(error.code === 'mismatch' ? 'signature' : 'malformed', { at: 'note' });
  }
}

const hash = (base64: string): Uint8Array => fromBase64(base64) ?? refuse('malformed', { at: 'consistencyProof' });
