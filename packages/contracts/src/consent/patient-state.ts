import type { ProxyScope, PublicKey } from '@chartseal/consent';
import type { Context } from 'fabric-contract-api';
import { refuse } from '../refusal.ts';
import { listState, readState, writeState } from '../state.ts';

/** One consent as the ledger knows it: never its terms. */
export type ConsentState = {
  readonly sequence: number;
  /** base64url HMAC-SHA-256 over the terms. */
  readonly commitment: string;
  readonly state: 'active' | 'revoked';
  /** Of the transaction that put it there, or revoked it. */
  readonly transactionId: string;
};

/** Another person's key that may sign within its scope and until its end. */
export type ProxyState = {
  readonly publicKey: PublicKey;
  readonly scope: readonly ProxyScope[];
  /** Milliseconds since the epoch. */
  readonly end: number;
  /** Of the directive that appointed it. */
  readonly sequence: number;
  /** Dismissed is final. */
  readonly state: 'appointed' | 'dismissed';
};

/** What the ledger knows of a random handle. */
export type PatientState = {
  readonly patient: string;
  /** Directory id of the hospital that enrolled it. */
  readonly custodian: string;
  /** The key that signs now; of an attested handle that of the registrar who opened it. */
  readonly publicKey: PublicKey;
  /** Of the last directive that had one; 0 before the first. */
  readonly sequence: number;
  /** Who froze it. Each lifts its own freeze alone: a thief of the key cannot undo the custodian's, nor a custodian the patient's. */
  readonly frozenBy: readonly ('custodian' | 'patient')[];
  /** Closed is final. */
  readonly status: 'open' | 'closed';
  readonly directives: Readonly<Record<string, ConsentState>>;
  /** By proxyId; absent while none was ever appointed. */
  readonly proxies?: Readonly<Record<string, ProxyState>>;
  /** Present where the patient has no key and the custodian's registrars sign (consent-semantics A6). */
  readonly attested?: true;
  /** How many directives were accepted, those without a sequence too. */
  readonly accepted: number;
};

/** A directive as it was accepted, so that a gateway which never saw it can learn of it. */
export type AcceptedDirective = {
  /** base64url SHA-256 of the payload. */
  readonly digest: string;
  readonly jws: string;
  /** The key that it was verified with. */
  readonly publicKey: PublicKey;
  readonly operation: string;
  readonly consentId: string | null;
  readonly sequence: number | null;
  readonly transactionId: string;
  /** Counts from 1 in the order of acceptance. */
  readonly ordinal: number;
};

export type EnrolmentRecord = { readonly enrolment: string; readonly transactionId: string };

const handlePattern = /^[A-Za-z0-9_-]{16,64}$/;

/** Handles become part of keys. */
export const assertHandle = (patient: string): string =>
  handlePattern.test(patient) ? patient : refuse('malformed', { at: 'patient' });

const patientKey = (patient: string): string => `consent/patient/${patient}`;
const enrolmentKey = (patient: string): string => `consent/enrolment/${patient}`;
const directiveKey = (patient: string, digest: string): string => `consent/directive/${patient}/${digest}`;

export const findPatient = (ctx: Context, patient: string): Promise<PatientState | undefined> =>
  readState<PatientState>(ctx, patientKey(assertHandle(patient)));

export const writePatient = (ctx: Context, state: PatientState): Promise<void> =>
  writeState(ctx, patientKey(state.patient), state);

export const findEnrolment = (ctx: Context, patient: string): Promise<EnrolmentRecord | undefined> =>
  readState<EnrolmentRecord>(ctx, enrolmentKey(assertHandle(patient)));

export const writeEnrolment = (ctx: Context, patient: string, record: EnrolmentRecord): Promise<void> =>
  writeState(ctx, enrolmentKey(patient), record);

export const findDirective = (ctx: Context, patient: string, digest: string): Promise<AcceptedDirective | undefined> =>
  readState<AcceptedDirective>(ctx, directiveKey(patient, digest));

export const writeDirective = (ctx: Context, patient: string, directive: AcceptedDirective): Promise<void> =>
  writeState(ctx, directiveKey(patient, directive.digest), directive);

/** In the order in which they were accepted. */
export async function listDirectives(ctx: Context, patient: string): Promise<readonly AcceptedDirective[]> {
  const directives = await listState<AcceptedDirective>(ctx, directiveKey(assertHandle(patient), ''));
  return directives.toSorted((a, b) => a.ordinal - b.ordinal);
}
