import type { StatementState } from '@chartseal/contracts';
import type { LogName } from '@chartseal/ports';
import { ledgerLog } from '@chartseal/server';
import {
  consistencyProof,
  decodeBundle,
  emptyTree,
  includesLeaf,
  parseCheckpoint,
  parseLogStatement,
  parseNote,
  parseTree,
  rangesOf,
  rootHash,
  tileHashReader,
  tileWidth,
  toBase64,
} from '@chartseal/tlog';
import { sha256 } from '@chartseal/tlog/node';
import type { RecoveryEngines } from '../compose-recovery.ts';
import { claim } from './claim.ts';
import { signedCheckpoint } from './end-log.ts';
import { currentIdentity, lineOf } from './line.ts';
import type { LostLeaf } from './recovery.ts';
import { recoveryStatement, submitRecovery } from './statement.ts';

/** Of one statement, which is a value on the ledger. */
const mostLeafRanges = 4096;

export type Settled = {
  readonly lost: readonly LostLeaf[];
  readonly statements: readonly string[];
  readonly ownership: 'ours' | 'taken-back';
};

/** What is left to do once the log goes on from what the ledger holds; also after a crash that fell between. */
export const settle = async (engines: RecoveryEngines, log: LogName): Promise<Settled> => {
  await publishUnderItsName(engines, log);
  const ownership = await takeBack(engines, log);
  const lost = await unstatedLosses(engines, log);
  await anchorThem(engines, log, lost);
  return { lost, statements: await state(engines, log, lost), ownership };
};

/** A successor's first checkpoint is of the tree that is here. */
const publishUnderItsName = async (engines: RecoveryEngines, log: LogName): Promise<void> => {
  const { logs } = engines;
  const identity = await currentIdentity(engines, log);
  const newest = await logs.checkpoint(log);
  if (newest === undefined || parseCheckpoint(parseNote(newest.note).text).origin === identity.origin) return;
  const head = await logs.head(log);
  const tree = head === undefined ? emptyTree : parseTree(head.state);
  const note = await signedCheckpoint(identity, { treeSize: tree.treeSize, rootHash: rootHash(sha256, tree) });
  await logs.publishCheckpoint(await logs.lease(log), { treeSize: tree.treeSize, note });
};

/** Leaves that a mirror gave, that no version belongs to, and of which the ledger was not told. */
const unstatedLosses = async (engines: RecoveryEngines, log: LogName): Promise<readonly LostLeaf[]> => {
  const { inspection, ledger, logs } = engines;
  const held = await inspection.lostLeaves(log);
  if (held.length === 0) return [];
  const stated = (
    await Promise.all(
      (await lineOf(engines, log)).map(async ({ origin, common }) => {
        const answer = await ledger.evaluate({ contract: 'anchor', transaction: 'Recoveries', args: [origin] });
        const notes = (JSON.parse(answer) as readonly StatementState[]).map(({ note }) => note);
        return notes.map((note) => ({ common, leaves: parseLogStatement(parseNote(note).text).leaves }));
      }),
    )
  ).flat();
  const isStated = (leafIndex: number): boolean =>
    stated.some(({ common, leaves }) => leafIndex < common && includesLeaf(leaves, leafIndex));
  const { origin } = await currentIdentity(engines, log);
  const treeSize = (await logs.head(log))?.treeSize ?? 0;
  const lost: LostLeaf[] = [];
  let bundle: { readonly index: number; readonly entries: readonly Uint8Array[] } | undefined;
  for (const leafIndex of held.filter((each) => !isStated(each))) {
    const index = Math.floor(leafIndex / tileWidth);
    if (bundle?.index !== index) {
      const width = Math.min(tileWidth, treeSize - index * tileWidth);
      const data = await logs.readTile(log, { level: 'entries', index, width });
      bundle = { index, entries: data === undefined ? [] : decodeBundle(data) };
    }
    const entry = bundle.entries[leafIndex % tileWidth];
    lost.push({ origin, log, leafIndex, entryHex: entry && Buffer.from(entry).toString('hex') });
  }
  return lost;
};

/** A mirror can be longer than the ledger, which takes statements on leaves alone that it has. */
const anchorThem = async (engines: RecoveryEngines, log: LogName, lost: readonly LostLeaf[]): Promise<void> => {
  const { logs, ledger } = engines;
  const identity = await currentIdentity(engines, log);
  const { origin } = identity;
  const onLedger = ledgerLog(ledger);
  const oldSize = (await onLedger.base(origin))?.treeSize ?? 0;
  const head = await logs.head(log);
  if (head === undefined || (lost.at(-1)?.leafIndex ?? -1) < oldSize) return;
  const tree = parseTree(head.state);
  const note = await signedCheckpoint(identity, { treeSize: tree.treeSize, rootHash: rootHash(sha256, tree) });
  await logs.publishCheckpoint(await logs.lease(log), { treeSize: tree.treeSize, note });
  const read = tileHashReader(sha256, tree.treeSize, (tile) => logs.readTile(log, tile));
  const proof = await consistencyProof(sha256, oldSize, tree.treeSize, read);
  const writer = (await onLedger.writer(origin))?.writer;
  const checkpoint = { origin, note, consistencyProof: proof.map(toBase64), ...(writer !== undefined && { writer }) };
  const args = [JSON.stringify({ checkpoints: [checkpoint] })];
  await ledger.submit({ contract: 'anchor', transaction: 'Anchor', args });
};

const state = async (engines: RecoveryEngines, log: LogName, lost: readonly LostLeaf[]): Promise<readonly string[]> => {
  const { origin } = await currentIdentity(engines, log);
  const ranges = rangesOf(lost.map(({ leafIndex }) => leafIndex));
  const facts = { outcome: 'continued', size: String((await engines.logs.head(log))?.treeSize ?? 0) };
  const statements: string[] = [];
  for (let at = 0; at < ranges.length; at += mostLeafRanges) {
    const note = await recoveryStatement(engines, { log, leaves: ranges.slice(at, at + mostLeafRanges), facts });
    await submitRecovery(engines, { origin, note });
    statements.push(note);
  }
  return statements;
};

const takeBack = async (engines: RecoveryEngines, log: LogName): Promise<Settled['ownership']> => {
  const { origin } = await currentIdentity(engines, log);
  const claimed = (await ledgerLog(engines.ledger).writer(origin))?.writer;
  const { writer, nextWriter } = await engines.logs.claim(log);
  // Nobody's: whoever leads the log claims it first.
  if (claimed === undefined || claimed === writer || claimed === nextWriter) return 'ours';
  await claim(engines, await engines.logs.lease(log), origin);
  return 'taken-back';
};
