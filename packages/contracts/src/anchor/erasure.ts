import type { Context } from 'fabric-contract-api';
import { canonicalJson } from '../canonical-json.ts';
import { activeMember } from '../directory/directory-state.ts';
import { origin } from '../directory/entry.ts';
import { refuse } from '../refusal.ts';
import { closed, readArgument, text } from '../shape.ts';
import { emit, listState, readState, writeState } from '../state.ts';
import type { AnchoredLog } from './anchored-log.ts';
import { leafRanges, requireBelow, type LeafRanges } from './leaf-ranges.ts';
import { erasureKey, logKey } from './log-keys.ts';
import { ownLog, signedOff, type SignedOff } from './own-log.ts';

/** The argument of `Erase`: which leaves say nothing any more, and the statement that tells so. */
export type LeafErasure = {
  readonly origin: string;
  readonly leaves: LeafRanges;
  /** Hex SHA-256 of the statement, a signed note of the log. */
  readonly statementHash: string;
};

export type ErasureState = LeafErasure & SignedOff;

export const statementHash = text(/^[0-9a-f]{64}$/, 64);
const leafErasure = closed<LeafErasure>({ origin, leaves: leafRanges, statementHash });

/** The same statement again answers as the first time. */
export async function eraseLeaves(ctx: Context, erasureJson: string): Promise<ErasureState> {
  const erasure = readArgument(erasureJson, leafErasure);
  await ownLog(ctx, await activeMember(ctx), erasure.origin);
  const key = erasureKey(erasure.origin, erasure.statementHash);
  const known = await readState<ErasureState>(ctx, key);
  if (known !== undefined) {
    const isSame = canonicalJson(known.leaves) === canonicalJson(erasure.leaves);
    return isSame ? known : refuse('duplicate', { at: 'statementHash' });
  }
  const anchored = await readState<AnchoredLog>(ctx, logKey(erasure.origin));
  requireBelow(erasure.leaves, anchored?.treeSize ?? 0);
  const state: ErasureState = { ...erasure, ...signedOff(ctx) };
  await writeState(ctx, key, state);
  emit(ctx, 'LeavesErased', { origin: erasure.origin, statementHash: erasure.statementHash });
  return state;
}

/** All of a log, by statement hash. */
export const erasuresOf = (ctx: Context, name: string): Promise<readonly ErasureState[]> =>
  listState<ErasureState>(ctx, erasureKey(name, ''));
