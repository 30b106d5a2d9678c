import {
  consentCommitment,
  generatePatientKey,
  patientKeyOf,
  signDirective,
  signKeyProof,
  type Attestation,
  type Directive,
  type ProxyScope,
} from '@chartseal/consent';
import { canonicalBytes, parseJson } from '@chartseal/fhir';
import type { FhirResource } from 'fhir-kit-client';
import { ConsentServiceError, postToConsentService, receiptOf, type DirectiveReceipt } from './consent-service.ts';
import { consentFor, type GrantTerms } from './consent-terms.ts';
import type { DeviceEnvironment } from './device-environment.ts';
import type { PatientState, PendingRequest } from './patient-state.ts';
import { periodWords, type AccountingPeriod } from './accounting.ts';
import { explained, explainParameters, type Explained, type ExplainQuestion } from './explain.ts';
import { ownConsent, readOnce, readOwn, type OwnConsent, type OwnRead } from './patient-reads.ts';
import type { ProxyAcceptance, ProxyInvitation } from './proxy-invitation.ts';

const proofType = 'application/vnd.chartseal.proof+json';
const receiptType = 'application/vnd.chartseal.receipt+json';

type Own<D> = D extends Directive ? Omit<D, 'network' | 'patient' | 'issuedAt'> : never;

/**
 * The patient's side of DESIGN §6 Consent, for one handle: signs with the patient's own key and remembers the sequence. One thing at
 * a time; every method rejects with ConsentServiceError where the service says no, and with fetch's own error where it
 * cannot be reached.
 *
 * What takes a sequence is saved before it is sent and sent again until it is answered. What says no (`revoke`, `freeze`) takes
 * none, waits for nothing, and may be said as often as it takes.
 */
export class PatientDevice {
  private current: PatientState;
  private readonly environment: DeviceEnvironment;
  private readonly attested: { readonly attested?: Attestation };

  /** `attestation`: where a registrar signs at the word of a patient who has no key. */
  constructor(state: PatientState, environment: DeviceEnvironment, attestation?: Attestation) {
    this.current = state;
    this.environment = environment;
    this.attested = attestation === undefined ? {} : { attested: attestation };
  }

  get state(): PatientState {
    return this.current;
  }

  /** Sends again what was not answered. Nothing to do resolves too. */
  async resume(): Promise<void> {
    if (this.current.pending !== null) await this.deliver(this.current.pending);
  }

  /** Lets an organisation read under these terms. The consentId revokes it. */
  async grant(terms: GrantTerms): Promise<DirectiveReceipt & { readonly consentId: string }> {
    return this.following(() => this.grantNext(terms));
  }

  /** Ends a grant for ever. The custodian enforces it before it answers, ledger or not. */
  async revoke(consentId: string): Promise<DirectiveReceipt> {
    return this.sayNo({ operation: 'revoke', consentId, ...this.attested });
  }

  /** Denies everything until `unfreeze`. */
  async freeze(): Promise<DirectiveReceipt> {
    return this.sayNo({ operation: 'freeze' });
  }

  async unfreeze(): Promise<DirectiveReceipt> {
    return this.following(async () => {
      await this.resume();
      const { sequence: last, privateJwk } = this.current;
      const directive = await this.sign({ operation: 'unfreeze', sequence: last + 1 });
      return this.sequenced({ directive }, { sequence: last + 1, privateJwk });
    });
  }

  /** A new key signs from now on. Both keys are kept until the service has answered. */
  async rotateKey(): Promise<DirectiveReceipt> {
    await this.resume();
    const { network, patient } = this.current;
    const sequence = this.current.sequence + 1;
    const next = await generatePatientKey();
    const newKeyProof = await signKeyProof({ network, patient, sequence }, next);
    const { publicKey, privateJwk } = next;
    const directive = await this.sign({ operation: 'rotate-key', sequence, publicKey, newKeyProof });
    return this.sequenced({ directive }, { sequence, privateJwk });
  }

  /** What the other person's device needs to prove its key; good until this patient says the next thing that takes a sequence. */
  async inviteProxy(): Promise<ProxyInvitation> {
    await this.resume();
    const { consentBaseUrl, network, custodian, patient, sequence } = this.current;
    return { consentBaseUrl, network, custodian, patient, sequence: sequence + 1 };
  }

  /** Lets another person's key sign for this patient, within the scope and until the end (milliseconds since the epoch). The proxyId dismisses it. */
  async appointProxy(
    { publicKey, proxyProof }: ProxyAcceptance,
    { scope, end }: { readonly scope: readonly ProxyScope[]; readonly end: number },
  ): Promise<DirectiveReceipt & { readonly proxyId: string }> {
    await this.resume();
    const sequence = this.current.sequence + 1;
    const proxyId = this.environment.uuid();
    const of = { proxyId, publicKey, proxyProof, scope: scope.toSorted(), end };
    const directive = await this.sign({ operation: 'appoint-proxy', sequence, ...of });
    const { privateJwk } = this.current;
    return { ...(await this.sequenced({ directive }, { sequence, privateJwk })), proxyId };
  }

  /** Ends a proxy for ever. The custodian enforces it before it answers, ledger or not; what the proxy has granted goes on until it is revoked. */
  async dismissProxy(proxyId: string): Promise<DirectiveReceipt> {
    return this.sayNo({ operation: 'dismiss-proxy', proxyId });
  }

  /**
   * The AuditEvents about this patient, in the order in which they were written: who read what, and why.
   * @param dates as FHIR's search parameter `date` takes them: `ge2026-01-01`
   */
  async accessHistory(...dates: readonly string[]): Promise<readonly FhirResource[]> {
    const words = [...dates.map((date) => ['date', date] as const), ['_count', '500'] as const];
    const entries = await this.withLatestKey(() => readOwn(this.current, this.environment, 'AuditEvent', words));
    return entries.map(({ resource }) => resource);
  }

  /** That an entry of the access history is in the hospital's access log: what `verifyProof` takes. */
  async accessProof(auditEventId: string): Promise<unknown> {
    return (await this.read({ path: `AuditEvent/${auditEventId}/$proof`, accept: proofType })).json();
  }

  /** To whom something was disclosed, for what and how often, in the last six years unless said otherwise: Parameters. */
  async accounting(period: AccountingPeriod = {}): Promise<FhirResource> {
    return (await (await this.read({ path: '$accounting', query: periodWords(period) })).json()) as FhirResource;
  }

  /** The same as a table: CSV with a header. */
  async accountingTable(period: AccountingPeriod = {}): Promise<string> {
    return (await this.read({ path: '$accounting', query: periodWords(period), accept: 'text/csv' })).text();
  }

  /** That the ledger holds this grant, and its end if it was revoked: what `verifyDirectiveReceipt` takes. */
  async receipt(consentId: string): Promise<unknown> {
    return (await this.read({ path: `Consent/${consentId}/$receipt`, accept: receiptType })).json();
  }

  /** What the grants in force, or a draft, would let an organisation read of what the hospital has. Nothing is disclosed by it. */
  async explain(question: ExplainQuestion): Promise<Explained> {
    return explained(await (await this.read({ path: 'Consent/$explain', body: explainParameters(question) })).json());
  }

  /** The Consents given under this handle, newest first, revoked ones too. */
  async ownConsents(): Promise<readonly OwnConsent[]> {
    return (await this.withLatestKey(() => readOwn(this.current, this.environment, 'Consent'))).map(ownConsent);
  }

  private async read(what: OwnRead): Promise<Response> {
    return this.withLatestKey(() => readOnce(this.current, this.environment, what));
  }

  private async grantNext(terms: GrantTerms): Promise<DirectiveReceipt & { readonly consentId: string }> {
    await this.resume();
    const { custodian, patient } = this.current;
    const { now, uuid, random } = this.environment;
    const consentId = uuid();
    const dateTime = new Date(now()).toISOString();
    const text = JSON.stringify(consentFor(terms, { consentId, patient, custodian, dateTime }));
    const { value, numbers } = parseJson(text);
    const key = random(32);
    const sequence = this.current.sequence + 1;
    const commitment = consentCommitment(key, canonicalBytes(value, numbers));
    const directive = await this.sign({
      operation: 'put',
      sequence,
      consentId,
      consentCommitment: commitment,
      ...this.attested,
    });
    const body = { directive, consent: value, key: Buffer.from(key).toString('base64url') };
    return { ...(await this.sequenced(body, { sequence, privateJwk: this.current.privateJwk })), consentId };
  }

  /** A proxy, or another device of this patient, may have gone on: then it is said anew, after what they said. */
  private async following<T>(say: () => Promise<T>): Promise<T> {
    try {
      return await say();
    } catch (error) {
      if (!(error instanceof ConsentServiceError) || error.lastSequence === undefined) throw error;
      return say();
    }
  }

  private async sign(directive: Own<Directive>): Promise<string> {
    const { network, patient, privateJwk } = this.current;
    const issuedAt = this.environment.now();
    return signDirective({ network, patient, issuedAt, ...directive }, patientKeyOf(privateJwk));
  }

  private async sequenced(body: object, accepted: PendingRequest['accepted']): Promise<DirectiveReceipt> {
    const pending: PendingRequest = { path: 'directives', body: JSON.stringify(body), accepted };
    await this.save({ ...this.current, pending });
    return receiptOf(await this.deliver(pending));
  }

  private async deliver({ path, body, accepted }: PendingRequest): Promise<Readonly<Record<string, unknown>>> {
    try {
      const answer = await postToConsentService(this.current.consentBaseUrl, path, body);
      await this.save({ ...this.current, ...accepted, pending: null });
      return answer;
    } catch (error) {
      if (!(error instanceof ConsentServiceError) || !error.isFinal) throw error;
      // Another device of this patient may have gone on: the next directive follows what the ledger holds.
      await this.save({ ...this.current, sequence: error.lastSequence ?? this.current.sequence, pending: null });
      throw error;
    }
  }

  private async sayNo(directive: Own<Directive>): Promise<DirectiveReceipt> {
    return this.withLatestKey(async () => {
      const body = JSON.stringify({ directive: await this.sign(directive) });
      return receiptOf(await postToConsentService(this.current.consentBaseUrl, 'directives', body));
    });
  }

  /** An enrolment or a rotation whose answer was lost may have taken effect: then it is asked for again, and this after it. */
  private async withLatestKey<T>(send: () => Promise<T>): Promise<T> {
    try {
      return await send();
    } catch (error) {
      const mayBeStale = error instanceof ConsentServiceError && error.status === 401 && this.current.pending !== null;
      if (!mayBeStale) throw error;
      await this.resume();
      return send();
    }
  }

  private async save(state: PatientState): Promise<void> {
    await this.environment.save(state);
    this.current = state;
  }
}
