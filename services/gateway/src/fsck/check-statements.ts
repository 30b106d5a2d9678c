import { isDeepStrictEqual } from 'node:util';
import type { ErasureStatement, LedgerReceipt, LogName } from '@chartseal/ports';
import { openLogStatement, TlogError, type LeafRange, type VerifierKey } from '@chartseal/tlog';
import { verifyEd25519 } from '@chartseal/tlog/node';
import type { FsckEngines } from '../compose-fsck.ts';
import { lasting, type Report } from './finding.ts';
import { LeafRanges } from './leaf-ranges.ts';

const types = { Erasures: 'chartseal-erasure/v1', Recoveries: 'chartseal-recovery/v1' } as const;

/** The leaves that a log's own signed statements on the ledger name. Those of the logs that it goes on from count: its leaves are numbered on. */
export const statedLeaves = async (
  { logKeys, statementsOnLedger }: Pick<FsckEngines, 'logKeys' | 'statementsOnLedger'>,
  log: LogName,
  transaction: keyof typeof types,
  report: Report,
): Promise<LeafRanges> => {
  const ranges: LeafRange[] = [];
  for (const key of logKeys[log].line)
    for (const { note, statementHash } of await statementsOnLedger(transaction, key.name)) {
      const leaves = await openStatement(note, key, types[transaction]);
      if (leaves === undefined)
        report({ place: `${log} statement ${statementHash}`, problem: 'is not what the log signed' });
      else ranges.push(...leaves);
    }
  return new LeafRanges(ranges);
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
  if (engines.ledger.outcome === 'wrong') return;
  for (const kept of engines.keptStatements) {
    const place = `erasure statement ${kept.statementHash}`;
    const known = await onLedger(engines, kept);
    if (known?.note !== kept.note) report({ place, problem: 'is not what the ledger holds' });
    else if (!isDeepStrictEqual(lasting(await receiptOf(engines, kept)), lasting(kept.receipt)))
      report({ place, problem: 'its receipt is not what the ledger gives' });
  }
};

const onLedger = async (
  { logKeys, statementsOnLedger }: FsckEngines,
  { log, statementHash }: ErasureStatement,
): Promise<{ readonly note: string } | undefined> => {
  for (const { name } of logKeys[log].line) {
    const found = (await statementsOnLedger('Erasures', name)).find((each) => each.statementHash === statementHash);
    if (found !== undefined) return found;
  }
  return undefined;
};

const receiptOf = (engines: FsckEngines, { transactionId }: ErasureStatement): Promise<LedgerReceipt | undefined> =>
  engines.receiptOnLedger(transactionId);
