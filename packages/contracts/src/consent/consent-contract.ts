import { parseDirective, payloadDigest, signerOf, verifyDirective } from '@chartseal/consent';
import type { Directive, KnownKey, PublicKey, SignedBy } from '@chartseal/consent';
import { Contract } from '../fabric-contract.ts';
import type { Context } from 'fabric-contract-api';
import { activeMember, foundedNetwork } from '../directory/directory-state.ts';
import { refuse } from '../refusal.ts';
import { emit, transactionTime } from '../state.ts';
import { applyDirective, frozen, thawed } from './apply-directive.ts';
import { breakGlassOf, findBreakGlass, openBreakGlass } from './break-glass.ts';
import type { BreakGlassState } from './break-glass.ts';
import { enrol } from './enrol.ts';
import {
  assertHandle,
  findDirective,
  findEnrolment,
  findPatient,
  listDirectives,
  writeDirective,
  writePatient,
} from './patient-state.ts';
import type { AcceptedDirective, EnrolmentRecord, PatientState } from './patient-state.ts';
import { refusing } from './directive-refusal.ts';
import { signersOf } from './signers-of.ts';

/** What a directive's submission answers; the same for the same payload, whoever submits it again. */
export type DirectiveResult = {
  readonly consentId: string | null;
  readonly sequence: number | null;
  /** Of the transaction that accepted it. */
  readonly transactionId: string;
};

/**
 * The patients' say (DESIGN §6 Consent, consent-semantics A2-A4): handles, keys, sequences and commitments, never terms. Event:
 * `ConsentChanged` { patient, kind, consentId?, sequence? }.
 */
export class ConsentContract extends Contract {
  constructor() {
    super('consent');
  }

  /** Binds a key to an unused handle; the caller is the custodian named. Refuses: malformed, forbidden, network, key, signature, handle-used. */
  async Enrol(
    ctx: Context,
    enrolmentJws: string,
  ): Promise<{ readonly patient: string; readonly transactionId: string }> {
    return enrol(ctx, enrolmentJws);
  }

  /**
   * Takes a patient's directive from any active member. Refuses: malformed, not-found, network, key, signature, closed,
   * sequence (with lastSequence), consent-used.
   */
  async SubmitDirective(ctx: Context, directiveJws: string): Promise<DirectiveResult> {
    await activeMember(ctx);
    const { network } = await foundedNetwork(ctx);
    return submitDirective(ctx, network, directiveJws);
  }

  /** The custodian that met the patient denies everything from now on. Refuses: not-found, forbidden, closed. */
  async CustodianFreeze(ctx: Context, patient: string): Promise<PatientState> {
    return change(ctx, patient, 'custodian-freeze', (state) => frozen(state, 'custodian'));
  }

  /** Lifts the custodian's own freeze, not the patient's. Refuses: not-found, forbidden, closed. */
  async CustodianUnfreeze(ctx: Context, patient: string): Promise<PatientState> {
    return change(ctx, patient, 'custodian-unfreeze', (state) => thawed(state, 'custodian'));
  }

  /** Ends the handle with all its grants, for ever. Refuses: not-found, forbidden. */
  async Close(ctx: Context, patient: string): Promise<PatientState> {
    return change(ctx, patient, 'close', (state) => ({ ...state, status: 'closed' }));
  }

  /**
   * Puts an emergency on the ledger (`BreakGlassAccess` as JSON), by the custodian of whom it is about (consent-semantics B13). Event: `BreakGlassOpened`.
   * Refuses: malformed, not-found, suspended, forbidden (the organisation may not, or it is another's patient), duplicate.
   */
  async OpenBreakGlass(ctx: Context, accessJson: string): Promise<BreakGlassState> {
    return openBreakGlass(ctx, accessJson);
  }

  async BreakGlass(ctx: Context, accessId: string): Promise<BreakGlassState> {
    return (await findBreakGlass(ctx, accessId)) ?? refuse('not-found');
  }

  /** Every emergency under a handle. */
  async BreakGlassOf(ctx: Context, patient: string): Promise<readonly BreakGlassState[]> {
    return breakGlassOf(ctx, assertHandle(patient));
  }

  async Get(ctx: Context, patient: string): Promise<PatientState> {
    return (await findPatient(ctx, patient)) ?? refuse('not-found');
  }

  /** The patient's enrolment as it was signed: where the chain of keys begins. */
  async Enrolment(ctx: Context, patient: string): Promise<EnrolmentRecord> {
    return (await findEnrolment(ctx, patient)) ?? refuse('not-found');
  }

  /** Every directive accepted, in order. */
  async Directives(ctx: Context, patient: string): Promise<readonly AcceptedDirective[]> {
    return listDirectives(ctx, patient);
  }
}

async function submitDirective(ctx: Context, network: string, jws: string): Promise<DirectiveResult> {
  const { patient } = await refusing(async () => parseDirective(jws));
  const before = (await findPatient(ctx, patient)) ?? refuse('not-found');
  const digest = payloadDigest(jws);
  const accepted = await findDirective(ctx, patient, digest);
  // The same payload again is checked with the key of its time: this very directive may have rotated it away.
  let publicKey: PublicKey | undefined = accepted?.publicKey;
  const keyOf = async (_patient: string, signed: SignedBy): Promise<KnownKey | undefined> =>
    (publicKey ??= await keyNow(ctx, before, signed));
  const directive = await refusing(() => verifyDirective(jws, { network, patient, keyOf }));
  if (accepted !== undefined) return resultOf(accepted);
  if (publicKey === undefined) return refuse('key');

  const transactionId = ctx.stub.getTxID();
  const after = applyDirective(before, directive, transactionId);
  const ordinal = before.accepted + 1;
  const names = namesOf(directive);
  const record: AcceptedDirective = {
    ...names,
    digest,
    jws,
    publicKey,
    operation: directive.operation,
    transactionId,
    ordinal,
  };
  await writeDirective(ctx, patient, record);
  await writePatient(ctx, { ...after, accepted: ordinal });
  const { consentId, sequence } = names;
  emit(ctx, 'ConsentChanged', {
    patient,
    kind: directive.operation,
    consentId: consentId ?? undefined,
    sequence: sequence ?? undefined,
  });
  return resultOf(record);
}

/** By the client's clock: it holds honest gateways to a proxy's end, and the custodian looks by its own. */
async function keyNow(ctx: Context, state: PatientState, signed: SignedBy): Promise<PublicKey> {
  const signer = await signerOf(await signersOf(ctx, state), signed, Date.parse(transactionTime(ctx)));
  return signer?.timely === 'in time' ? signer.publicKey : refuse('key');
}

const namesOf = (directive: Directive): { consentId: string | null; sequence: number | null } => ({
  consentId: 'consentId' in directive ? directive.consentId : null,
  sequence: 'sequence' in directive ? directive.sequence : null,
});

const resultOf = ({ consentId, sequence, transactionId }: AcceptedDirective): DirectiveResult => ({
  consentId,
  sequence,
  transactionId,
});

/** A change that the custodian makes itself. Once closed, closing again changes nothing and all else is refused. */
async function change(
  ctx: Context,
  patient: string,
  kind: 'custodian-freeze' | 'custodian-unfreeze' | 'close',
  apply: (state: PatientState) => PatientState,
): Promise<PatientState> {
  const caller = await activeMember(ctx);
  const before = (await findPatient(ctx, patient)) ?? refuse('not-found');
  if (caller.id !== before.custodian) return refuse('forbidden');
  if (before.status === 'closed') return kind === 'close' ? before : refuse('closed');
  const after = apply(before);
  if (after === before) return before;
  await writePatient(ctx, after);
  emit(ctx, 'ConsentChanged', { patient, kind });
  return after;
}
