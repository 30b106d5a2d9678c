/** A handle and whose it is. One patient has at most one that is open. */
export type PatientHandle = {
  readonly handle: string;
  readonly patientId: string;
  readonly state: 'offered' | 'open' | 'closed';
};

export type EnrolmentOffer = {
  readonly codeHash: string;
  readonly handle: string;
  readonly patientId: string;
  readonly expiresAt: number;
};

/** What the custodian holds of a directive: the patient's own signature, and for a `put` its terms and their key. */
export type HeldDirective = {
  readonly handle: string;
  /** base64url SHA-256 of the payload bytes: the same payload again is the same directive. */
  readonly digest: string;
  readonly operation:
    | 'put'
    | 'revoke'
    | 'rotate-key'
    | 'appoint-proxy'
    | 'dismiss-proxy'
    | 'freeze'
    | 'unfreeze'
    | 'custodian-freeze'
    | 'custodian-unfreeze'
    | 'close';
  /** Compact JWS; empty for what the custodian does itself. */
  readonly jws: string;
  readonly consentId?: string;
  readonly sequence?: number;
  /** Canonical bytes of the Consent, as text. Absent from a `put` that came through another gateway and that the ledger alone told of. */
  readonly consentText?: string;
  readonly commitmentKey?: Uint8Array;
  readonly receivedAt: number;
  /** `refused` is final: the ledger's contract said no. */
  readonly ledger:
    | { readonly state: 'pending' | 'refused' }
    | { readonly state: 'committed'; readonly transactionId: string; readonly blockNumber: number };
};

/** What a Patient's say under one handle rests on, as it was at one moment. */
export type PatientSay = {
  readonly patientId: string;
  /** The open one. */
  readonly handle: string;
  readonly enrolmentJws: string;
  /** Oldest first. */
  readonly directives: readonly HeldDirective[];
};

/** A key of the custodian's own people, who attest what patients without a key have said (consent-semantics A6). */
export type HeldRegistrar = {
  /** A name of the custodian's own for it, never a person's. */
  readonly registrar: string;
  readonly publicKey: { readonly kty: 'EC'; readonly crv: 'P-256'; readonly x: string; readonly y: string };
  /** When it was taken away, milliseconds since the epoch. */
  readonly until?: number;
};

/**
 * Which handle is which Patient, and the directives that patients gave us.
 *
 * Laws:
 * 1. `hold` is durable before it resolves; the same (handle, digest) again returns what is held and changes nothing, but that the terms
 *    of a `put` which were not held yet are added.
 * 2. A code is redeemed once: of two that redeem it at the same time one gets undefined. Expired codes are never redeemed.
 * 3. Opening a handle closes every other handle of that Patient in the same transaction.
 * 4. `settle` records what the ledger answered, once: a committed directive never becomes pending or refused again, and what was refused
 *    is committed only when the ledger's own events say so (LedgerCursor law 5).
 * 5. `say` is of one moment: never a handle with another's directives.
 *    It has one for each open handle of the Patient and of every Patient that `Patient.link` of a current version merges it with (`replaces`,
 *    `replaced-by`, of either, over whatever others); a Patient who is linked otherwise, or no more, says nothing for it.
 * 6. `pending` lists, oldest first, all that the ledger has not answered yet.
 *    `united` answers the ids of all of them, this Patient first, whether they ever said anything or not.
 * 7. A registrar's key is held from when `holdRegistrar` has resolved until `endRegistrar`, and never again; `registrars` lists those that ended too,
 *    since what they signed stays signed.
 */
export interface PatientStore {
  offer(offer: EnrolmentOffer): Promise<void>;
  /** Looks without using up. */
  findOffer(codeHash: string, now: number): Promise<EnrolmentOffer | undefined>;
  /** Uses up the code and opens its handle with the enrolment's JWS; answers which handles that closed. */
  redeem(
    codeHash: string,
    enrolmentJws: string,
    now: number,
  ): Promise<{ handle: PatientHandle; closed: readonly string[] } | undefined>;
  handle(handle: string): Promise<(PatientHandle & { readonly enrolmentJws: string | undefined }) | undefined>;
  /** The handles, closed ones too, of a Patient. */
  handlesOf(patientId: string): Promise<readonly PatientHandle[]>;
  /** None for a Patient without an open handle: one who never said anything here. In the order of the handles. */
  say(patientId: string): Promise<readonly PatientSay[]>;
  /** Never empty: whoever is merged with nobody is one person alone. */
  united(patientId: string): Promise<readonly string[]>;
  hold(directive: HeldDirective): Promise<HeldDirective>;
  settle(handle: string, digest: string, ledger: HeldDirective['ledger']): Promise<void>;
  directives(handle: string): Promise<readonly HeldDirective[]>;
  pending(limit: number): Promise<readonly HeldDirective[]>;
  registrars(): Promise<readonly HeldRegistrar[]>;
  holdRegistrar(registrar: Omit<HeldRegistrar, 'until'>): Promise<void>;
  /** Of every key under that name. `now` in milliseconds since the epoch. */
  endRegistrar(registrar: string, now: number): Promise<void>;
}
