import type { Context } from 'fabric-contract-api';
import { canonicalJson } from '../canonical-json.ts';
import { activeMember } from '../directory/directory-state.ts';
import { origin } from '../directory/entry.ts';
import { refuse } from '../refusal.ts';
import { closed, readArgument } from '../shape.ts';
import { emit, listState, readState, writeState } from '../state.ts';
import type { AnchoredLog } from './anchored-log.ts';
import { statementHash } from './erasure.ts';
import { leafRanges, requireBelow, type LeafRanges } from './leaf-ranges.ts';
import { logKey, recoveryKey } from './log-keys.ts';
import { ownLog, signedOff, type SignedOff } from './own-log.ts';

/** The argument of `Recover`: a log goes on whose store has lost the versions of these leaves. */
export type LogRecovery = {
  readonly origin: string;
  readonly lost: LeafRanges;
  /** Hex SHA-256 of the statement, a signed note of the log. */
  readonly statementHash: string;
};

export type RecoveryState = LogRecovery & SignedOff;

const logRecovery = closed<LogRecovery>({ origin, lost: leafRanges, statementHash });

/** The same statement again answers as the first time. */
export async function recoverLog(ctx: Context, recoveryJson: string): Promise<RecoveryState> {
  const recovery = readArgument(recoveryJson, logRecovery);
  await ownLog(ctx, await activeMember(ctx), recovery.origin);
  const key = recoveryKey(recovery.origin, recovery.statementHash);
  const known = await readState<RecoveryState>(ctx, key);
  if (known !== undefined) {
    const isSame = canonicalJson(known.lost) === canonicalJson(recovery.lost);
    return isSame ? known : refuse('duplicate', { at: 'statementHash' });
  }
  const anchored = await readState<AnchoredLog>(ctx, logKey(recovery.origin));
  requireBelow(recovery.lost, anchored?.treeSize ?? 0);
  const state: RecoveryState = { ...recovery, ...signedOff(ctx) };
  await writeState(ctx, key, state);
  emit(ctx, 'LogRecovered', { origin: recovery.origin, statementHash: recovery.statementHash });
  return state;
}

/** All of a log, by statement hash. */
export const recoveriesOf = (ctx: Context, name: string): Promise<readonly RecoveryState[]> =>
  listState<RecoveryState>(ctx, recoveryKey(name, ''));
