import type { Context } from 'fabric-contract-api';
import { activeMember } from '../directory/directory-state.ts';
import { origin } from '../directory/entry.ts';
import { refuse } from '../refusal.ts';
import { closed, nullable, readArgument, text } from '../shape.ts';
import { emit, readState, writeState } from '../state.ts';
import { writerKey } from './log-keys.ts';
import { ownLog, signedOff, type SignedOff } from './own-log.ts';

/** Who writes a log: a random name that a gateway gave itself when it began to, and keeps in its store. */
export type LogWriter = SignedOff & { readonly origin: string; readonly writer: string };

/** The argument of `Claim`. `previous`: the writer that the store names as the last; null where it names none. */
export type LogClaim = { readonly origin: string; readonly writer: string; readonly previous: string | null };

export const writerId = text(/^[A-Za-z0-9_-]{22,64}$/, 64);
const logClaim = closed<LogClaim>({ origin, writer: writerId, previous: nullable(writerId) });

export const findWriter = (ctx: Context, name: string): Promise<LogWriter | undefined> =>
  readState<LogWriter>(ctx, writerKey(name));

/**
 * Takes a log over from the writer that the caller knows as the last. The attack, or the accident: a store that was copied, or restored from
 * a backup, knows another, and a second gateway on it would write a second history.
 */
export async function claimLog(ctx: Context, claimJson: string): Promise<LogWriter> {
  const caller = await activeMember(ctx);
  const { origin: name, writer, previous } = readArgument(claimJson, logClaim);
  await ownLog(ctx, caller, name);
  const known = await findWriter(ctx, name);
  if (known?.writer === writer) return known;
  if ((known?.writer ?? null) !== previous) return refuse('fenced', { at: 'previous' });
  const state: LogWriter = { origin: name, writer, ...signedOff(ctx) };
  await writeState(ctx, writerKey(name), state);
  emit(ctx, 'LogClaimed', { origin: name, mspId: state.mspId });
  return state;
}

/** The writer that anchored names the one that is to be known from now on. */
export const passOn = (ctx: Context, name: string, writer: string): Promise<void> =>
  writeState(ctx, writerKey(name), { origin: name, writer, ...signedOff(ctx) });

/** Refuses: fenced, where somebody claimed the log and it was not this writer. */
export async function requireWriter(ctx: Context, name: string, writer: string | undefined): Promise<void> {
  const claimed = await findWriter(ctx, name);
  if (claimed !== undefined && claimed.writer !== writer) refuse('fenced', { at: 'writer' });
}
