import type { LogName } from '@chartseal/ports';
import { emptyTree, type CompactTree } from '@chartseal/tlog';
import { composeFsck, type FsckEngines, type NewSince } from '../compose-fsck.ts';
import type { Operation } from '../operation.ts';
import { checkAnchoredLog, readAnchored, type Anchored } from './check-anchored-log.ts';
import { checkBreakGlass } from './check-break-glass.ts';
import type { CheckedLog } from './check-log.ts';
import { checkPatients } from './check-patients.ts';
import { checkKeptStatements, statedLeaves } from './check-statements.ts';
import { checkStructure } from './check-structure.ts';
import { checkVersions, type CheckedLeaves } from './check-versions.ts';
import { checkWitnesses, type WitnessRecords } from './check-witnesses.ts';
import type { FsckSummary, PassedOver, Report } from './finding.ts';
import { goingOnFrom, readVerifiedBefore, writeVerifiedBefore, type VerifiedBefore } from './verified-before.ts';

export type FsckScope = {
  /** Where a clean run keeps what it has verified; none: it keeps nothing. */
  readonly state?: string;
  /** `incremental`: what is new since the last clean run, where that can be gone on from; else everything. */
  readonly extent: 'full' | 'incremental';
};

/**
 * Checks store ↔ search index, store ↔ commitments ↔ leaves ↔ tiles ↔ ledger, patients' signatures ↔ ledger, and emergencies ↔ ledger, of a gateway
 * that runs or of a stopped one, and changes nothing there. Each thing that is wrong is reported with its place.
 */
export const fsck = async (
  operation: Operation,
  report: Report,
  scope: FsckScope = { extent: 'full' },
): Promise<FsckSummary> => {
  const began = performance.now();
  const since = new Date().toISOString();
  let findings = 0;
  const count: Report = (finding) => {
    findings += 1;
    report(finding);
  };
  await using engines = await composeFsck(operation);
  const { ledger } = engines;
  if (ledger.outcome === 'wrong') count({ place: `ledger block ${ledger.block}`, problem: ledger.fault });
  const anchored = {
    records: await readAnchored(engines, 'records', count),
    access: await readAnchored(engines, 'access', count),
  };
  const start = await startOf(engines, anchored, scope, count);
  const records = await checkAnchoredLog(engines, 'records', anchored.records, start.records, count);
  const access = await checkAnchoredLog(engines, 'access', anchored.access, start.access, count);
  const logs = {
    records: await leavesOf(engines, 'records', anchored.records, records, count),
    access: await leavesOf(engines, 'access', anchored.access, access, count),
  };
  const isNew = start.passedOver === undefined ? undefined : newSince(logs);
  const versions = await checkVersions(engines.inspection.versions(isNew), logs, Date.now(), count);
  await checkStructure(engines, count);
  for await (const { check, place } of engines.indexProblems(isNew)) count({ place, problem: check });
  const handles = await checkPatients(engines, count);
  await checkKeptStatements(engines, count);
  await checkBreakGlass(engines, count);
  const checkpoints = await ownCheckpoints(engines);
  await checkWitnesses({ ...engines.stores, logKeys: await engines.logKeysOnLedger(), checkpoints }, count);
  if (findings === 0 && scope.state !== undefined) {
    const kept = { records: verifiedTree(anchored.records, records), access: verifiedTree(anchored.access, access) };
    await writeVerifiedBefore(scope.state, verifiedNow(engines, since, kept));
  }
  return {
    ...versions,
    leaves: sizeOf(records) + sizeOf(access),
    blocks: ledger.outcome === 'sound' ? ledger.height : ledger.block,
    handles,
    findings,
    seconds: (performance.now() - began) / 1000,
    passedOver: start.passedOver,
  };
};

type Start = Readonly<Record<LogName, CompactTree>> & { readonly passedOver: PassedOver | undefined };

const everything: Start = { records: emptyTree, access: emptyTree, passedOver: undefined };

/** Where one of the logs cannot be gone on with, everything is looked at. */
const startOf = async (
  engines: FsckEngines,
  anchored: Readonly<Record<LogName, Anchored>>,
  { state, extent }: FsckScope,
  report: Report,
): Promise<Start> => {
  if (extent === 'full' || state === undefined || engines.ledger.outcome === 'wrong') return everything;
  const before = await readVerifiedBefore(state);
  if (before === undefined) return everything;
  const { logs } = engines.stores;
  const treeOf = async (log: LogName): Promise<CompactTree | undefined> =>
    goingOnFrom(
      before,
      log,
      {
        origin: engines.logKeys[log].origin,
        headSize: (await logs.head(log))?.treeSize ?? 0,
        anchoredSizes: [anchored[log].held?.treeSize, anchored[log].onLedger?.treeSize],
        readTile: (tile) => logs.readTile(log, tile),
      },
      report,
    );
  const [records, access] = [await treeOf('records'), await treeOf('access')];
  if (records === undefined || access === undefined) return everything;
  const passedOver = { since: before.since, records: records.treeSize, access: access.treeSize };
  return { records, access, passedOver };
};

const leavesOf = async (
  engines: FsckEngines,
  log: LogName,
  { held, onLedger }: Anchored,
  { leaves }: CheckedLog,
  report: Report,
): Promise<CheckedLeaves> => ({
  leaves,
  anchoredSize: onLedger?.treeSize ?? held?.treeSize ?? 0,
  erased: engines.ledger.outcome === 'wrong' ? undefined : await statedLeaves(engines, log, 'Erasures', report),
  lost: await statedLeaves(engines, log, 'Recoveries', report),
});

const newSince = (logs: Readonly<Record<LogName, CheckedLeaves>>): NewSince => {
  const of = ({ leaves, erased }: CheckedLeaves) => ({ leafIndex: leaves.from, erased: erased?.all ?? [] });
  return { records: of(logs.records), access: of(logs.access) };
};

const sizeOf = ({ leaves: { from, treeSize } }: CheckedLog): number => treeSize - from;

/** The larger tree that store and ledger both have as anchored: what is anchored from now on covers it. */
const verifiedTree = ({ held, onLedger }: Anchored, { trees }: CheckedLog): CompactTree =>
  trees.get(Math.min(held?.treeSize ?? 0, onLedger?.treeSize ?? 0)) ?? emptyTree;

const verifiedNow = (
  { logKeys }: FsckEngines,
  since: string,
  trees: Readonly<Record<LogName, CompactTree>>,
): VerifiedBefore => {
  const of = (log: LogName) => ({ origin: logKeys[log].origin, tree: trees[log] });
  return { since, logs: { records: of('records'), access: of('access') } };
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
