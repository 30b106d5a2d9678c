import type { Context } from 'fabric-contract-api';
import { activeMember } from '../directory/directory-state.ts';
import { origin } from '../directory/entry.ts';
import { closed, readArgument } from '../shape.ts';
import { emit, listState, readState, writeState } from '../state.ts';
import { erasureKey, recoveryKey } from './log-keys.ts';
import { ownLog, signedOff, type SignedOff } from './own-log.ts';
import { openOwnStatement, requireBelow, statementHashOf, statementNote } from './own-statement.ts';
import { sizeOf } from './succession.ts';

/** The argument of `Erase` and `Recover`. */
export type StatementSubmission = {
  readonly origin: string;
  /** A C2SP signed note by the log's key: `chartseal-erasure/v1` or `chartseal-recovery/v1` (packages/tlog, log-statement.ts). */
  readonly note: string;
};

/** What a log says of its leaves, on the ledger. */
export type StatementState = StatementSubmission &
  SignedOff & {
    /** Hex SHA-256 of the note. */
    readonly statementHash: string;
  };

/** What statements there are: of leaves that say nothing any more, and of leaves whose versions were lost with a store. */
const kinds = {
  erasure: { type: 'chartseal-erasure/v1', key: erasureKey, event: 'LeavesErased' },
  recovery: { type: 'chartseal-recovery/v1', key: recoveryKey, event: 'LogRecovered' },
} as const;
export type StatementKind = keyof typeof kinds;

const submission = closed<StatementSubmission>({ origin, note: statementNote });

/** The same statement again answers as the first time. */
export async function stateLeaves(ctx: Context, kind: StatementKind, submissionJson: string): Promise<StatementState> {
  const { type, key, event } = kinds[kind];
  const caller = await activeMember(ctx);
  const { origin: name, note } = readArgument(submissionJson, submission);
  const log = await ownLog(ctx, caller, name);
  const statementHash = statementHashOf(note);
  const known = await readState<StatementState>(ctx, key(name, statementHash));
  if (known !== undefined) return known;
  requireBelow(await openOwnStatement(log, note, type), await sizeOf(ctx, name));
  const state: StatementState = { origin: name, note, statementHash, ...signedOff(ctx) };
  await writeState(ctx, key(name, statementHash), state);
  emit(ctx, event, { origin: name, statementHash });
  return state;
}

/** All of a log, by statement hash. A successor's keys begin with the log's own name, and are none of its. */
export const statementsOf = async (
  ctx: Context,
  kind: StatementKind,
  name: string,
): Promise<readonly StatementState[]> =>
  (await listState<StatementState>(ctx, kinds[kind].key(name, ''))).filter(({ origin: of }) => of === name);
