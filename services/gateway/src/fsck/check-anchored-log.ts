import { isDeepStrictEqual } from 'node:util';
import type { LogName } from '@chartseal/ports';
import type { CompactTree } from '@chartseal/tlog';
import type { FsckEngines } from '../compose-fsck.ts';
import { checkCoseTreeHead } from './check-cose-tree-head.ts';
import { checkLog, compareRoot, readCheckpoint, type CheckedLog, type KnownCheckpoint } from './check-log.ts';
import { lasting, type Report } from './finding.ts';

/** What store and ledger each hold as a log's anchored checkpoint. */
export type Anchored = {
  readonly held: KnownCheckpoint | undefined;
  readonly onLedger: KnownCheckpoint | undefined;
};

/** Those that are this log's own signed word; what is not is reported. */
export const readAnchored = async (engines: FsckEngines, log: LogName, report: Report): Promise<Anchored> => {
  const { key, origin } = engines.logKeys[log];
  const noted = notedOf(engines, log);
  if (engines.noted[log] === 'unreadable') report({ place: `${log} receipt`, problem: 'cannot be read' });
  const latest = await engines.latestOnLedger(origin);
  const read = async (note: string | undefined, place: string): Promise<KnownCheckpoint | undefined> =>
    note === undefined ? undefined : readCheckpoint(note, key, place, report);
  return {
    held: await read(noted?.note, `${log} anchored checkpoint`),
    onLedger: await read(latest?.note, `${log} checkpoint on the ledger`),
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
  const { key } = engines.logKeys[log];
  const noted = notedOf(engines, log);
  const sizes = [held, onLedger].flatMap((each) => (each === undefined ? [] : [each.treeSize]));
  const checked = await checkLog(engines.stores.logs, log, { key, sizes, from }, report);
  compareRoot(held, checked.trees, `${log} anchored checkpoint`, report);
  await checkCoseTreeHead(log, noted?.coseTreeHead, { checkpoint: held, key }, report);
  compareRoot(onLedger, checked.trees, `${log} checkpoint on the ledger`, report);
  if (engines.ledger.outcome === 'wrong') return checked;
  const isAhead = held !== undefined && (onLedger?.treeSize ?? 0) < held.treeSize;
  if (isAhead) report({ place: `${log} anchored checkpoint`, problem: 'the ledger does not hold it' });
  if (noted !== undefined) {
    const receipt = await engines.receiptOnLedger(noted.transactionId);
    if (!isDeepStrictEqual(lasting(receipt), lasting(noted.receipt)))
      report({ place: `${log} receipt`, problem: 'is not what the ledger gives' });
  }
  return checked;
};

const notedOf = ({ noted }: FsckEngines, log: LogName): Exclude<FsckEngines['noted'][LogName], 'unreadable'> => {
  const stored = noted[log];
  return stored === 'unreadable' ? undefined : stored;
};
