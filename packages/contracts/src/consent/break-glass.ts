import type { Context } from 'fabric-contract-api';
import { canonicalJson } from '../canonical-json.ts';
import { activeMember, findEntry } from '../directory/directory-state.ts';
import { directoryId } from '../directory/entry.ts';
import { refuse } from '../refusal.ts';
import { closed, count, readArgument, text } from '../shape.ts';
import { emit, listState, readState, writeState } from '../state.ts';
import { findPatient } from './patient-state.ts';

/** An organisation's emergency for one patient (consent-semantics B13), before anything of the patient is released to it. */
export type BreakGlassAccess = {
  /** A UUID that the custodian made. */
  readonly accessId: string;
  /** Directory id of who asked. */
  readonly organization: string;
  /** The patient's handle; of one who never enrolled a random word that the custodian alone can join to a person. */
  readonly patient: string;
  /** base64url HMAC-SHA-256 over the reason, under a key that the custodian keeps. */
  readonly reasonCommitment: string;
  /** Milliseconds since the epoch, by the custodian's clock. */
  readonly openedAt: number;
  readonly expiresAt: number;
};

export type BreakGlassState = BreakGlassAccess & { readonly custodian: string; readonly transactionId: string };

/** B13: no emergency lasts longer. */
export const longestBreakGlassMs = 24 * 3_600_000;

const access = closed<BreakGlassAccess>({
  accessId: text(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, 36),
  organization: directoryId,
  patient: text(/^[A-Za-z0-9_-]{16,64}$/, 64),
  reasonCommitment: text(/^[A-Za-z0-9_-]{43}$/, 43),
  openedAt: count,
  expiresAt: count,
});

const accessKey = (accessId: string): string => `consent/break-glass/${accessId}`;
const ofPatientKey = (patient: string, accessId: string): string => `consent/break-glass-of/${patient}/${accessId}`;

/** Opens it for the caller's own patient. The same access again answers as the first time. */
export async function openBreakGlass(ctx: Context, accessJson: string): Promise<BreakGlassState> {
  const caller = await activeMember(ctx);
  const asked = readArgument(accessJson, access);
  const known = await findBreakGlass(ctx, asked.accessId);
  const state: BreakGlassState = { ...asked, custodian: caller.id, transactionId: ctx.stub.getTxID() };
  if (known !== undefined) {
    const isSame = canonicalJson({ ...known, transactionId: '' }) === canonicalJson({ ...state, transactionId: '' });
    return isSame ? known : refuse('duplicate', { at: 'accessId' });
  }
  const lastsMs = asked.expiresAt - asked.openedAt;
  if (lastsMs <= 0 || lastsMs > longestBreakGlassMs) return refuse('malformed', { at: 'expiresAt' });
  const requester = (await findEntry(ctx, asked.organization)) ?? refuse('not-found', { at: 'organization' });
  if (requester.status !== 'active') return refuse('suspended');
  if (!requester.breakGlass) return refuse('forbidden');
  const patient = await findPatient(ctx, asked.patient);
  if (patient !== undefined && patient.custodian !== caller.id) return refuse('forbidden', { at: 'patient' });
  await writeState(ctx, accessKey(asked.accessId), state);
  await writeState(ctx, ofPatientKey(asked.patient, asked.accessId), { accessId: asked.accessId });
  const { accessId, organization, expiresAt } = asked;
  emit(ctx, 'BreakGlassOpened', { accessId, patient: asked.patient, organization, custodian: caller.id, expiresAt });
  return state;
}

export const findBreakGlass = (ctx: Context, accessId: string): Promise<BreakGlassState | undefined> =>
  readState<BreakGlassState>(ctx, accessKey(accessId));

/** Every emergency under a handle, so that the patient's own device can look. */
export async function breakGlassOf(ctx: Context, patient: string): Promise<readonly BreakGlassState[]> {
  const found = await listState<{ readonly accessId: string }>(ctx, ofPatientKey(patient, ''));
  const states = await Promise.all(found.map(({ accessId }) => findBreakGlass(ctx, accessId)));
  return states.filter((state) => state !== undefined);
}
