import { Contract } from '../fabric-contract.ts';
import type { Context } from 'fabric-contract-api';
import { activeMember } from '../directory/directory-state.ts';
import { refuse } from '../refusal.ts';
import { readArgument } from '../shape.ts';
import { emit, readState, writeState } from '../state.ts';
import { acceptCheckpoint } from './accept-checkpoint.ts';
import { anchorSubmission } from './anchored-log.ts';
import type { AnchoredLog } from './anchored-log.ts';
import { claimLog, findWriter, passOn, requireWriter, type LogWriter } from './claim.ts';
import { logKey } from './log-keys.ts';
import { ownLog, signedOff, type SignedOff } from './own-log.ts';
import { stateLeaves, statementsOf, type StatementState } from './statements.ts';
import { findBeginning, findSuccession, succeedLog, type SuccessionState } from './succession.ts';

export type HeartbeatState = SignedOff;

/**
 * The logs' checkpoints, one key a log, so that its single writer never conflicts. A log only grows: this contract, not its
 * callers, refuses one that does not. Event: `CheckpointAnchored` { mspId, checkpoints: [{ origin, treeSize }] }.
 */
export class AnchorContract extends Contract {
  constructor() {
    super('anchor');
  }

  /**
   * Anchors checkpoints (`AnchorSubmission` as JSON) of the caller's own logs, all or none; those that are anchored already stay as
   * they are. Refuses: malformed, not-member, suspended, forbidden, closed, fenced, signature, inconsistent (with lastSize).
   */
  async Anchor(ctx: Context, submissionJson: string): Promise<{ readonly checkpoints: readonly AnchoredLog[] }> {
    const caller = await activeMember(ctx);
    const { checkpoints } = readArgument(submissionJson, anchorSubmission);
    if (new Set(checkpoints.map(({ origin }) => origin)).size !== checkpoints.length) {
      return refuse('malformed', { at: 'checkpoints' });
    }
    const anchored: AnchoredLog[] = [];
    const fresh: AnchoredLog[] = [];
    for (const checkpoint of checkpoints) {
      const { origin, note, writer, nextWriter: next } = checkpoint;
      const log = await ownLog(ctx, caller, origin);
      await requireWriter(ctx, origin, writer);
      const last = await readState<AnchoredLog>(ctx, logKey(origin));
      const accepted = await acceptCheckpoint(log, last, await findBeginning(ctx, origin), checkpoint);
      if (accepted.kind === 'known') {
        anchored.push(accepted.log);
        continue;
      }
      const { treeSize, rootHash } = accepted;
      if (next !== undefined) await passOn(ctx, origin, next);
      const anchoring: AnchoredLog = { origin, treeSize, rootHash, note, ...signedOff(ctx) };
      await writeState(ctx, logKey(origin), anchoring);
      anchored.push(anchoring);
      fresh.push(anchoring);
    }
    const changes = fresh.map(({ origin, treeSize }) => ({ origin, treeSize }));
    if (changes.length > 0) emit(ctx, 'CheckpointAnchored', { mspId: caller.mspId, checkpoints: changes });
    return { checkpoints: anchored };
  }

  /** A small write of the caller's own, by which it learns how fresh its view is (consent-semantics C11). Event: `Heartbeat` { mspId }. Refuses: not-member, suspended. */
  async Heartbeat(ctx: Context): Promise<HeartbeatState> {
    const { mspId } = await activeMember(ctx);
    const state = signedOff(ctx);
    await writeState(ctx, `anchor/heartbeat/${mspId}`, state);
    emit(ctx, 'Heartbeat', { mspId });
    return state;
  }

  /** The newest anchored checkpoint of a log. Refuses: not-found. */
  async Latest(ctx: Context, origin: string): Promise<AnchoredLog> {
    return (await readState<AnchoredLog>(ctx, logKey(origin))) ?? refuse('not-found');
  }

  /**
   * Takes a log over (`LogClaim` as JSON): from then on the contract takes its checkpoints from that writer alone. Event: `LogClaimed` { origin, mspId }.
   * Refuses: malformed, not-member, suspended, forbidden, closed, fenced (somebody else claimed it since).
   */
  async Claim(ctx: Context, claimJson: string): Promise<LogWriter> {
    return claimLog(ctx, claimJson);
  }

  /** Who claimed a log. Refuses: not-found. */
  async Writer(ctx: Context, origin: string): Promise<LogWriter> {
    return (await findWriter(ctx, origin)) ?? refuse('not-found');
  }

  /**
   * Leaves whose versions and keys were destroyed (`StatementSubmission` as JSON). Event: `LeavesErased` { origin, statementHash }.
   * Refuses: malformed, not-member, suspended, forbidden, closed, signature, inconsistent (with lastSize: not anchored yet).
   */
  async Erase(ctx: Context, statementJson: string): Promise<StatementState> {
    return stateLeaves(ctx, 'erasure', statementJson);
  }

  /** Every erasure of a log. */
  async Erasures(ctx: Context, origin: string): Promise<readonly StatementState[]> {
    return statementsOf(ctx, 'erasure', origin);
  }

  /**
   * A log goes on whose store lost the versions of some leaves (`StatementSubmission` as JSON). Event: `LogRecovered` { origin, statementHash }.
   * Refuses: malformed, not-member, suspended, forbidden, closed, signature, inconsistent (with lastSize).
   */
  async Recover(ctx: Context, statementJson: string): Promise<StatementState> {
    return stateLeaves(ctx, 'recovery', statementJson);
  }

  /** Every recovery of a log. */
  async Recoveries(ctx: Context, origin: string): Promise<readonly StatementState[]> {
    return statementsOf(ctx, 'recovery', origin);
  }

  /**
   * Ends a log of which more is anchored than anyone holds, and opens the one that goes on (`LogSuccession` as JSON). Event: `DirectoryChanged`
   * { kind: 'succession', id }. Refuses: malformed, not-member, suspended, forbidden, closed, signature, duplicate, inconsistent (with lastSize: nothing was lost).
   */
  async Succeed(ctx: Context, successionJson: string): Promise<SuccessionState> {
    return succeedLog(ctx, successionJson);
  }

  /** The tree with which a successor begins. Refuses: not-found, of a log that is none. */
  async Beginning(ctx: Context, origin: string): Promise<SuccessionState> {
    return (await findBeginning(ctx, origin)) ?? refuse('not-found');
  }

  /** How a log ended. Refuses: not-found. */
  async Succession(ctx: Context, origin: string): Promise<SuccessionState> {
    return (await findSuccession(ctx, origin)) ?? refuse('not-found');
  }
}
