import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { LedgerReceipt } from '@chartseal/ports';
import { composeFsck, type FsckEngines } from '../compose-fsck.ts';
import type { Operation } from '../operation.ts';
import { checkBreakGlass } from './check-break-glass.ts';
import { checkCoseTreeHead } from './check-cose-tree-head.ts';
import { checkLog, compareRoot, readCheckpoint, type CheckedLog } from './check-log.ts';
import { checkVersions } from './check-versions.ts';
import { checkWitnesses, type WitnessRecords } from './check-witnesses.ts';
import type { Finding, FsckSummary, Report } from './finding.ts';

/** A write under way can look like a contradiction for a moment. */
const secondLookMs = 300;

/**
 * Checks store ↔ search index, store ↔ commitments ↔ leaves ↔ tiles ↔ ledger, and emergencies ↔ ledger, of a gateway that runs or of a stopped one, and changes nothing. Each thing that is
 * wrong is reported with its place.
 */
export const fsck = async (operation: Operation, report: Report): Promise<FsckSummary> => {
  let findings = 0;
  const count: Report = (finding) => {
    findings += 1;
    report(finding);
  };
  await using engines = await composeFsck(operation);
  const { ledger } = engines;
  if (ledger.outcome === 'wrong') count({ place: `ledger block ${ledger.block}`, problem: ledger.fault });
  const records = await checkAnchoredLog(engines, 'records', count);
  const access = await checkAnchoredLog(engines, 'access', count);
  const versions = await checkVersions(engines.inspection.versions(), { records, access }, count);
  for (const problem of await structuralProblems(engines)) count(problem);
  for await (const { check, place } of engines.indexProblems()) count({ place, problem: check });
  await checkBreakGlass(engines, count);
  const checkpoints = await ownCheckpoints(engines);
  await checkWitnesses({ ...engines.stores, logKeys: await engines.logKeysOnLedger(), checkpoints }, count);
  const leaves = records.treeSize + access.treeSize;
  const anchored = records.anchoredSize + access.anchoredSize;
  return {
    versions,
    leaves,
    blocks: ledger.outcome === 'sound' ? ledger.height : ledger.block,
    findings,
    pending: versions - anchored,
  };
};

type AnchoredLog = CheckedLog & { readonly anchoredSize: number };

/** One log, and what the store and the ledger each hold as its anchored checkpoint. */
const checkAnchoredLog = async (
  engines: FsckEngines,
  log: 'records' | 'access',
  report: Report,
): Promise<AnchoredLog> => {
  const { logs } = engines.stores;
  const { key, origin } = engines.logKeys[log];
  const stored = engines.noted[log];
  if (stored === 'unreadable') report({ place: `${log} receipt`, problem: 'cannot be read' });
  const noted = stored === 'unreadable' ? undefined : stored;
  const held =
    noted === undefined ? undefined : await readCheckpoint(noted.note, key, `${log} anchored checkpoint`, report);
  const latest = await engines.latestOnLedger(origin);
  const onLedger =
    latest === undefined
      ? undefined
      : await readCheckpoint(latest.note, key, `${log} checkpoint on the ledger`, report);
  const sizes = [held, onLedger].flatMap((each) => (each === undefined ? [] : [each.treeSize]));
  const checked = await checkLog(logs, log, key, sizes, report);
  compareRoot(held, checked.roots, `${log} anchored checkpoint`, report);
  await checkCoseTreeHead(log, noted?.coseTreeHead, { checkpoint: held, key }, report);
  compareRoot(onLedger, checked.roots, `${log} checkpoint on the ledger`, report);
  const isAhead = held !== undefined && engines.ledger.outcome === 'sound' && (onLedger?.treeSize ?? 0) < held.treeSize;
  if (isAhead) report({ place: `${log} anchored checkpoint`, problem: 'the ledger does not hold it' });
  if (noted !== undefined && engines.ledger.outcome === 'sound') {
    const receipt = await engines.receiptOnLedger(noted.transactionId);
    if (!isDeepStrictEqual(lasting(receipt), lasting(noted.receipt)))
      report({ place: `${log} receipt`, problem: 'is not what the ledger gives' });
  }
  return { ...checked, anchoredSize: onLedger?.treeSize ?? held?.treeSize ?? 0 };
};

/** The newest and the anchored one of each log. */
const ownCheckpoints = async ({ stores, noted }: FsckEngines): Promise<WitnessRecords['checkpoints']> => {
  const found = await Promise.all(
    (['records', 'access'] as const).map(async (log) => {
      const anchored = noted[log];
      const newest = await stores.logs.checkpoint(log);
      const notes = [newest?.note, anchored === 'unreadable' ? undefined : anchored?.note];
      return notes.flatMap((note) => (note === undefined ? [] : [{ log, note }]));
    }),
  );
  return found.flat();
};

const lasting = (receipt: LedgerReceipt | undefined): object | undefined => {
  if (receipt === undefined) return undefined;
  const { effect: _, ...same } = receipt;
  return same;
};

const structuralProblems = async ({ inspection }: FsckEngines): Promise<readonly Finding[]> => {
  const look = async (): Promise<Finding[]> => {
    const found: Finding[] = [];
    for await (const { check, place } of inspection.structure()) found.push({ place, problem: check });
    return found;
  };
  const first = await look();
  if (first.length === 0) return [];
  await sleep(secondLookMs);
  const again = new Set((await look()).map(({ place, problem }) => `${place}\n${problem}`));
  return first.filter(({ place, problem }) => again.has(`${place}\n${problem}`));
};
