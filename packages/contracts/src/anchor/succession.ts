import { equalBytes, parseVerifierKey, toBase64 } from '@chartseal/tlog';
import { sha256 } from '@chartseal/tlog/node';
import type { Context } from 'fabric-contract-api';
import { activeMember, listEntries, writeEntry } from '../directory/directory-state.ts';
import { assertCoherent } from '../directory/coherence.ts';
import { directoryLog, origin, type DirectoryLog } from '../directory/entry.ts';
import { refuse } from '../refusal.ts';
import { closed, readArgument, text } from '../shape.ts';
import { emit, readState, writeState } from '../state.ts';
import { openOwnCheckpoint } from './accept-checkpoint.ts';
import type { AnchoredLog } from './anchored-log.ts';
import { beginsKey, endedKey, logKey } from './log-keys.ts';
import { signedOff, type SignedOff } from './own-log.ts';
import { openOwnStatement, statementHashOf, statementNote } from './own-statement.ts';

/** The argument of `Succeed`: a log of which more is on the ledger than anyone holds ends, and another goes on from what is held. */
export type LogSuccession = {
  readonly origin: string;
  /** C2SP signed checkpoint of the log: the tree with which the successor begins. */
  readonly note: string;
  /** Its `fromSize` is that tree's size, its key the log's own. */
  readonly successor: DirectoryLog;
  /** C2SP signed note by the log's key, `chartseal-recovery/v1`: which leaves were lost, and what was done. */
  readonly statement: string;
};

export type SuccessionState = SignedOff & {
  readonly origin: string;
  readonly successor: string;
  readonly treeSize: number;
  /** Base64. */
  readonly rootHash: string;
  /** How many leaves the ledger holds of the log that ended. */
  readonly endedSize: number;
  readonly statement: string;
  /** Hex SHA-256 of the statement. */
  readonly statementHash: string;
};

const logSuccession = closed<LogSuccession>({
  origin,
  note: text(/^/, 8192),
  successor: directoryLog,
  statement: statementNote,
});

/** How a log ended; undefined of one that did not. */
export const findSuccession = (ctx: Context, name: string): Promise<SuccessionState | undefined> =>
  readState<SuccessionState>(ctx, endedKey(name));

/** The tree with which a successor begins; undefined of a log that is none. */
export const findBeginning = (ctx: Context, name: string): Promise<SuccessionState | undefined> =>
  readState<SuccessionState>(ctx, beginsKey(name));

/** How many leaves of a log the ledger knows: of a successor that nobody has anchored yet, those that it begins with. */
export async function sizeOf(ctx: Context, name: string): Promise<number> {
  const anchored = await readState<AnchoredLog>(ctx, logKey(name));
  return anchored?.treeSize ?? (await findBeginning(ctx, name))?.treeSize ?? 0;
}

/** The same succession again answers as the first time. */
export async function succeedLog(ctx: Context, successionJson: string): Promise<SuccessionState> {
  const caller = await activeMember(ctx);
  const asked = readArgument(successionJson, logSuccession);
  const log = caller.logs.find((each) => each.origin === asked.origin) ?? refuse('forbidden', { at: 'origin' });
  const known = await findSuccession(ctx, asked.origin);
  if (known !== undefined) return known.statement === asked.statement ? known : refuse('closed', { at: 'origin' });
  await openOwnStatement(log, asked.statement, 'chartseal-recovery/v1');
  const { treeSize, rootHash } = await openOwnCheckpoint(log, asked.note);
  const endedSize = await sizeOf(ctx, asked.origin);
  // A log that lost nothing has no need of a successor.
  if (treeSize >= endedSize) return refuse('inconsistent', { lastSize: endedSize });
  requireSuccessor(log, asked.successor, treeSize);
  const state: SuccessionState = {
    origin: asked.origin,
    successor: asked.successor.origin,
    treeSize,
    rootHash: toBase64(rootHash),
    endedSize,
    statement: asked.statement,
    statementHash: statementHashOf(asked.statement),
    ...signedOff(ctx),
  };
  const after = { ...caller, logs: [...caller.logs, asked.successor] };
  assertCoherent((await listEntries(ctx)).map((entry) => (entry.id === after.id ? after : entry)));
  await writeEntry(ctx, after);
  await writeState(ctx, endedKey(state.origin), state);
  await writeState(ctx, beginsKey(state.successor), state);
  emit(ctx, 'DirectoryChanged', { kind: 'succession', id: caller.id });
  return state;
}

/** The key stays: a member's logs are what the others agreed to, and a new name is all that it may give itself. */
function requireSuccessor(log: DirectoryLog, successor: DirectoryLog, treeSize: number): void {
  const [before, after] = [log, successor].map(({ verifierKey }) => parseVerifierKey(sha256, verifierKey).publicKey);
  const isSameKey = before !== undefined && after !== undefined && equalBytes(before, after);
  if (!isSameKey) refuse('forbidden', { at: 'successor.verifierKey' });
  if (successor.fromSize !== treeSize) refuse('malformed', { at: 'successor.fromSize' });
}
