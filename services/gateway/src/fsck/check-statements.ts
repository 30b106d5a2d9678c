import { isDeepStrictEqual } from 'node:util';
import type { LogName } from '@chartseal/ports';
import { openLogStatement, TlogError, type LeafRange, type VerifierKey } from '@chartseal/tlog';
import { verifyEd25519 } from '@chartseal/tlog/node';
import type { FsckEngines } from '../compose-fsck.ts';
import { lasting, type Report } from './finding.ts';
import { LeafRanges } from './leaf-ranges.ts';

const types = { Erasures: 'chartseal-erasure/v1', Recoveries: 'chartseal-recovery/v1' } as const;

type Stated = Pick<FsckEngines, 'logKeys' | 'statementsOnLedger' | 'successionOnLedger'>;

/**
 * The leaves that a log's own signed statements on the ledger name. Those of the logs that it goes on from count as far as it has their leaves: from
 * where one of them was cut its numbers stand for other leaves.
 */
export const statedLeaves = async (
  engines: Stated,
  log: LogName,
  transaction: keyof typeof types,
  report: Report,
): Promise<LeafRanges> => {
  const ranges: LeafRange[] = [];
  let common = Infinity;
  for (const key of engines.logKeys[log].line.toReversed()) {
    common = Math.min(common, await cutAt(engines, key));
    for (const { note, statementHash } of await engines.statementsOnLedger(transaction, key.name)) {
      const leaves = await openStatement(note, key, types[transaction]);
      if (leaves === undefined)
        report({ place: `${log} statement ${statementHash}`, problem: 'is not what the log signed' });
      else for (const [first, last] of leaves) if (first < common) ranges.push([first, Math.min(last, common - 1)]);
    }
  }
  return new LeafRanges(ranges);
};

/** The first leaf of a log that its successor has not: from there on the succession says that they were lost. */
const cutAt = async ({ successionOnLedger }: Stated, key: VerifierKey): Promise<number> => {
  const succession = await successionOnLedger(key.name);
  if (succession === undefined) return Infinity;
  const lost = await openStatement(succession.statement, key, types.Recoveries);
  return lost?.[0]?.[0] ?? succession.treeSize;
};

const openStatement = async (
  note: string,
  key: VerifierKey,
  type: string,
): Promise<readonly LeafRange[] | undefined> => {
  try {
    const statement = await openLogStatement(note, [key], verifyEd25519);
    return statement.type === type && statement.origin === key.name ? statement.leaves : undefined;
  } catch (error) {
    if (error instanceof TlogError) return undefined;
    throw error;
  }
};

/** That the statements that are kept to be shown are those that the ledger holds. */
export const checkKeptStatements = async (engines: FsckEngines, report: Report): Promise<void> => {
  if (engines.ledger.outcome === 'wrong' || engines.keptStatements.length === 0) return;
  const notes = new Map<string, string>();
  for (const { line } of Object.values(engines.logKeys))
    for (const { name } of line)
      for (const { statementHash, note } of await engines.statementsOnLedger('Erasures', name))
        notes.set(statementHash, note);
  for (const { statementHash, note, transactionId, receipt } of engines.keptStatements) {
    const place = `erasure statement ${statementHash}`;
    const given = await engines.receiptOnLedger(transactionId);
    if (notes.get(statementHash) !== note) report({ place, problem: 'is not what the ledger holds' });
    else if (!isDeepStrictEqual(lasting(given), lasting(receipt)))
      report({ place, problem: 'its receipt is not what the ledger gives' });
  }
};
