import { isDeepStrictEqual } from 'node:util';
import type { LogName } from '@chartseal/ports';
import type { CompactTree, VerifierKey } from '@chartseal/tlog';
import type { FsckEngines } from '../compose-fsck.ts';
import { checkCoseTreeHead } from './check-cose-tree-head.ts';
import { checkLog, compareRoot, readCheckpoint, type CheckedLog, type KnownCheckpoint } from './check-log.ts';
import { lasting, type Report } from './finding.ts';

/** What store and ledger each hold as a log's anchored checkpoint. */
export type Anchored = {
  /** Of a log that goes on from another, that other's until it has been anchored itself. */
  readonly held: (KnownCheckpoint & { readonly key: VerifierKey }) | undefined;
  readonly onLedger: KnownCheckpoint | undefined;
};

/** Those that are this log's own signed word; what is not is reported. */
export const readAnchored = async (engines: FsckEngines, log: LogName, report: Report): Promise<Anchored> => {
  const { key, origin, line } = engines.logKeys[log];
  const noted = notedOf(engines, log);
  if (engines.noted[log] === 'unreadable') report({ place: `${log} receipt`, problem: 'cannot be read' });
  const latest = await engines.latestOnLedger(origin);
  const places = { held: `${log} anchored checkpoint`, onLedger: `${log} checkpoint on the ledger` };
  return {
    held: noted === undefined ? undefined : await readCheckpoint(noted.note, line, places.held, report),
    onLedger: latest === undefined ? undefined : await readCheckpoint(latest.note, [key], places.onLedger, report),
  };
};

/** One log, from a tree that was verified before, against what store and ledger hold as anchored. */
export const checkAnchoredLog = async (
  engines: FsckEngines,
  log: LogName,
  { held, onLedger }: Anchored,
  from: CompactTree,
  report: Report,
): Promise<CheckedLog> => {
  const noted = notedOf(engines, log);
  const sizes = [held, onLedger].flatMap((each) => (each === undefined ? [] : [each.treeSize]));
  const checked = await checkLog(engines.stores.logs, log, { keys: engines.logKeys[log].line, sizes, from }, report);
  compareRoot(held, checked.trees, `${log} anchored checkpoint`, report);
  if (held !== undefined)
    await checkCoseTreeHead(log, noted?.coseTreeHead, { checkpoint: held, key: held.key }, report);
  compareRoot(onLedger, checked.trees, `${log} checkpoint on the ledger`, report);
  if (engines.ledger.outcome === 'wrong') return checked;
  const isAhead = held !== undefined && (await sizeOnLedger(engines, held.key, onLedger)) < held.treeSize;
  if (isAhead) report({ place: `${log} anchored checkpoint`, problem: 'the ledger does not hold it' });
  if (noted !== undefined) {
    const receipt = await engines.receiptOnLedger(noted.transactionId);
    if (!isDeepStrictEqual(lasting(receipt), lasting(noted.receipt)))
      report({ place: `${log} receipt`, problem: 'is not what the ledger gives' });
  }
  return checked;
};

/** Of the log that signed what is held. */
const sizeOnLedger = async (
  engines: FsckEngines,
  { name }: VerifierKey,
  onLedger: KnownCheckpoint | undefined,
): Promise<number> => {
  if (onLedger !== undefined) return onLedger.treeSize;
  const latest = await engines.latestOnLedger(name);
  return latest?.treeSize ?? 0;
};

const notedOf = ({ noted }: FsckEngines, log: LogName): Exclude<FsckEngines['noted'][LogName], 'unreadable'> => {
  const stored = noted[log];
  return stored === 'unreadable' ? undefined : stored;
};
