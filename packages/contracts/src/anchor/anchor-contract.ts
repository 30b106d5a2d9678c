import { Contract } from '../fabric-contract.ts';
import type { Context } from 'fabric-contract-api';
import { activeMember } from '../directory/directory-state.ts';
import { refuse } from '../refusal.ts';
import { readArgument } from '../shape.ts';
import { emit, readState, transactionTime, writeState } from '../state.ts';
import { acceptCheckpoint } from './accept-checkpoint.ts';
import { anchorSubmission, logKey } from './anchored-log.ts';
import type { AnchoredLog } from './anchored-log.ts';

export type HeartbeatState = Pick<AnchoredLog, 'mspId' | 'transactionId' | 'timestamp'>;

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
   * they are. Refuses: malformed, not-member, suspended, forbidden, signature, inconsistent (with lastSize).
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
      const { origin, note } = checkpoint;
      const log = caller.logs.find((each) => each.origin === origin) ?? refuse('forbidden', { at: 'origin' });
      const accepted = await acceptCheckpoint(log, await readState<AnchoredLog>(ctx, logKey(origin)), checkpoint);
      if (accepted.kind === 'known') {
        anchored.push(accepted.log);
        continue;
      }
      const { treeSize, rootHash } = accepted;
      const next: AnchoredLog = { origin, treeSize, rootHash, note, ...signedOff(ctx) };
      await writeState(ctx, logKey(origin), next);
      anchored.push(next);
      fresh.push(next);
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
}

const signedOff = (ctx: Context): HeartbeatState => ({
  mspId: ctx.clientIdentity.getMSPID(),
  transactionId: ctx.stub.getTxID(),
  timestamp: transactionTime(ctx),
});
