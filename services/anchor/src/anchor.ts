import type { AnchoredLog, CheckpointSubmission } from '@chartseal/contracts';
import type { LogName } from '@chartseal/ports';
import { inBatchSpan } from '@chartseal/server';
import { consistencyProof, parseCheckpoint, parseNote, tileHashReader, toBase64 } from '@chartseal/tlog';
import { sha256 } from '@chartseal/tlog/node';
import { anchoredEvents } from './anchored-events.ts';
import { holdClaim, passClaim, type HeldClaim } from './claims.ts';
import { baseOnLedger, latestOnLedger, requireContinuation } from './continuation.ts';
import { coseTreeHead } from './cose-tree-head.ts';
import { logNames, type AnchorDependencies } from './dependencies.ts';
import type { Writers } from './writers.ts';

type Next = { readonly treeSize: number; readonly submission: CheckpointSubmission };
type Pending = Next & { readonly log: LogName; readonly claim: HeldClaim };

/**
 * Takes the newest checkpoints of both logs to the ledger in one transaction. The ledger's own word about what it holds comes first, so a
 * crash between its commit and our note of it is made good by the next pass, and nothing is anchored twice.
 * @throws ChartsealError `corrupt` where the ledger holds what we do not: a restored backup must not go on as if nothing was
 */
export const anchor = async (dependencies: AnchorDependencies, writers: Writers): Promise<void> => {
  const pending: Pending[] = [];
  for (const log of logNames.filter((each) => writers.leads(each))) {
    const onLedger = await latestOnLedger(dependencies, log);
    if (onLedger !== undefined) await noteAnchored(dependencies, writers, log, onLedger);
    const next = await nextSubmission(dependencies, log, onLedger ?? (await baseOnLedger(dependencies, log)));
    if (next !== undefined) pending.push({ log, ...next, claim: await holdClaim(dependencies, writers, log) });
  }
  if (pending.length === 0) return;
  const { trail } = dependencies;
  const from = pending.flatMap(({ log, treeSize }) => trail.upTo(log, treeSize));
  await inBatchSpan('anchor', {}, from, () => submit(dependencies, writers, pending));
  for (const { log, treeSize } of pending) trail.forget(log, treeSize);
};

const submit = async (
  dependencies: AnchorDependencies,
  writers: Writers,
  pending: readonly Pending[],
): Promise<void> => {
  const { ledger, clock, observeOwnCommit } = dependencies;
  const submittedAtMs = clock.monotonicMs();
  const args = [JSON.stringify({ checkpoints: pending.map(({ submission, claim }) => ({ ...submission, ...claim })) })];
  const { blockNumber } = await ledger.submit({ contract: 'anchor', transaction: 'Anchor', args });
  observeOwnCommit(submittedAtMs, blockNumber);
  for (const { log, claim } of pending) {
    await passClaim(dependencies, writers, log, claim);
    const onLedger = await latestOnLedger(dependencies, log);
    if (onLedger !== undefined) await noteAnchored(dependencies, writers, log, onLedger);
  }
};

/** The newest checkpoint, should the ledger not hold it or a newer one. */
const nextSubmission = async (
  { logs, identities, cosigned }: AnchorDependencies,
  log: LogName,
  onLedger: Pick<AnchoredLog, 'treeSize'> | undefined,
): Promise<Next | undefined> => {
  const oldSize = onLedger?.treeSize ?? 0;
  if (((await logs.checkpoint(log))?.treeSize ?? 0) <= oldSize) return undefined;
  const newest = await cosigned(log);
  const newSize = newest?.treeSize ?? 0;
  if (newest === undefined || newSize <= oldSize) return undefined;
  const read = tileHashReader(sha256, newSize, (tile) => logs.readTile(log, tile));
  const proof = await consistencyProof(sha256, oldSize, newSize, read);
  const submission = { origin: identities[log].origin, note: newest.note, consistencyProof: proof.map(toBase64) };
  return { treeSize: newSize, submission };
};

/** Integrated → anchored: keeps checkpoint and receipt for proofs, and tells of every version that they newly cover. */
const noteAnchored = async (
  dependencies: AnchorDependencies,
  writers: Writers,
  log: LogName,
  onLedger: AnchoredLog,
): Promise<void> => {
  const { logs, ledger } = dependencies;
  const known = await logs.anchored(log);
  const from = known?.treeSize ?? 0;
  if (onLedger.treeSize <= from) return;
  // Before anything is noted: the ledger's checkpoint may be of a history that this store does not hold.
  await requireContinuation(dependencies, log, onLedger);
  const { note, treeSize, transactionId, origin } = onLedger;
  const receipt = await ledger.receipt(transactionId);
  const anchored = { log, treeSize, note, transactionId, blockNumber: receipt.blockNumber };
  const { rootHash } = parseCheckpoint(parseNote(note).text);
  const entries = log === 'records' ? await logs.entries(log, from, treeSize - from) : [];
  const events = anchoredEvents(dependencies, { ...anchored, origin, rootHash: toBase64(rootHash) }, entries);
  await writers.write(log, async (lease) => {
    const head = await coseTreeHead(dependencies.identities[log], note);
    await logs.markAnchored(lease, { ...anchored, receipt, coseTreeHead: head }, events);
  });
};
