import type { Context } from 'fabric-contract-api';
import type { DirectoryEntry, DirectoryLog } from '../directory/entry.ts';
import { refuse } from '../refusal.ts';
import { readState, transactionTime } from '../state.ts';
import { endedKey } from './log-keys.ts';

/** By whom, in which transaction, and when by its submitter's clock. */
export type SignedOff = { readonly mspId: string; readonly transactionId: string; readonly timestamp: string };

export const signedOff = (ctx: Context): SignedOff => ({
  mspId: ctx.clientIdentity.getMSPID(),
  transactionId: ctx.stub.getTxID(),
  timestamp: transactionTime(ctx),
});

/** A log that the caller may still write. Refuses: forbidden, where it is another member's; closed, where a successor has taken its place. */
export async function ownLog(ctx: Context, caller: DirectoryEntry, origin: string): Promise<DirectoryLog> {
  const log = caller.logs.find((each) => each.origin === origin) ?? refuse('forbidden', { at: 'origin' });
  if ((await readState(ctx, endedKey(origin))) !== undefined) return refuse('closed', { at: 'origin' });
  return log;
}
