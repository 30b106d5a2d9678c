/** A patient with a key of their own, as the custodian's store and the ledger know them. */
import { randomBytes, randomUUID } from 'node:crypto';
import {
  consentCommitment,
  consentReach,
  enrolmentCodeHash,
  generatePatientKey,
  payloadDigest,
  reaches,
  readConsent,
  signDirective,
  signEnrolment,
  thumbprint,
  type PatientKeyPair,
  type UnsignedDirective,
} from '@chartseal/consent';
import type { PatientState } from '@chartseal/contracts';
import { canonicalJson, NumberSpelling } from '@chartseal/fhir';
import type { Asking, HeldDirective, PatientHandle } from '@chartseal/ports';
import { importJWK, SignJWT } from 'jose';
import { consentBaseUrl, emptyLedger, network, type WorldOptions } from './world.ts';

const committed = { state: 'committed', transactionId: 't', blockNumber: 3 } as const;

export const toOrganization = (value: string): object => ({
  role: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ParticipationType', code: 'IRCP' }] },
  reference: { identifier: { system: 'urn:chartseal:organization', value } },
});

/** IHE PCF's shape: no policyRule, and a root that permits. */
export const permitting = (organization = 'hospital-b', rest: object = {}): object => ({
  type: 'permit',
  actor: [toOrganization(organization)],
  action: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/consentaction', code: 'access' }] }],
  purpose: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActReason', code: 'TREAT' }],
  ...rest,
});

const consentOf = (handle: string, consentId: string, provision: object): object => ({
  resourceType: 'Consent',
  id: consentId,
  status: 'active',
  scope: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/consentscope', code: 'patient-privacy' }] },
  category: [{ coding: [{ system: 'http://loinc.org', code: '59284-0' }] }],
  patient: { identifier: { system: 'urn:chartseal:patient', value: handle } },
  dateTime: '2026-01-01T00:00:00Z',
  policy: [{ uri: 'urn:chartseal:policy' }],
  provision,
});

export class TestPatient {
  readonly handle: PatientHandle & { readonly enrolmentJws: string };
  readonly held: HeldDirective[] = [];
  state: PatientState;
  changedAt = 2;
  readonly #key: PatientKeyPair;

  private constructor(handle: TestPatient['handle'], key: PatientKeyPair) {
    this.handle = handle;
    this.#key = key;
    const { publicKey } = key;
    this.state = {
      patient: handle.handle,
      custodian: 'hospital-a',
      publicKey,
      sequence: 0,
      frozenBy: [],
      status: 'open',
      directives: {},
      accepted: 0,
    };
  }

  static async enrol(patientId: string): Promise<TestPatient> {
    const key = await generatePatientKey();
    const handle = randomBytes(16).toString('base64url');
    const enrolment = { network, custodian: 'hospital-a', patient: handle, codeHash: enrolmentCodeHash('code') };
    return new TestPatient(
      { handle, patientId, state: 'open', enrolmentJws: await signEnrolment(enrolment, key) },
      key,
    );
  }

  /** Puts a consent, held and on the ledger; answers its id. */
  async grant(provision: object = permitting()): Promise<string> {
    const consentId = randomUUID();
    const sequence = this.state.sequence + 1;
    const consentText = canonicalJson(consentOf(this.handle.handle, consentId, provision), new NumberSpelling());
    const commitmentKey = new Uint8Array(randomBytes(32));
    const commitment = consentCommitment(commitmentKey, new TextEncoder().encode(consentText));
    const said = { operation: 'put', sequence, consentId, consentCommitment: commitment } as const;
    await this.#hold(
      { ...this.#says(), ...said },
      { sequence, consentId, consentText, commitmentKey, ledger: committed },
    );
    this.state = { ...this.state, sequence };
    this.#onLedger(consentId, { sequence, commitment, state: 'active', transactionId: 't' });
    return consentId;
  }

  /** Held by the custodian; on the ledger only if `committed`. */
  async revoke(consentId: string, ledger: 'pending' | 'committed'): Promise<void> {
    const state = ledger === 'pending' ? ({ state: 'pending' } as const) : committed;
    await this.#hold({ ...this.#says(), operation: 'revoke', consentId }, { consentId, ledger: state });
    const known = this.state.directives[consentId];
    if (ledger === 'committed' && known !== undefined) this.#onLedger(consentId, { ...known, state: 'revoked' });
  }

  /** Whether a consent that is not revoked could permit it. */
  mayPermit(asking: Asking): boolean {
    const revoked = new Set(
      this.held.flatMap(({ operation, consentId }) => (operation === 'revoke' ? [consentId] : [])),
    );
    return this.held.some(({ consentId = '', consentText }) => {
      if (consentText === undefined || revoked.has(consentId)) return false;
      const read = readConsent(JSON.parse(consentText), { patient: this.handle.handle, consentId });
      return read.kind === 'terms' && consentReach(read.terms).some((reach) => reaches(reach, asking));
    });
  }

  /** The bearer token of one read at the patients' door (DESIGN §6 Consent 4). */
  async readToken(path: string, { method = 'GET', now }: { method?: string; now: number }): Promise<string> {
    const { publicKey, privateJwk } = this.#key;
    const iat = Math.floor(now / 1000);
    const claims = { htm: method, htu: `${consentBaseUrl}${path}`, iat, exp: iat + 50, jti: randomUUID() };
    return new SignJWT({ ...claims, iss: this.handle.handle, aud: consentBaseUrl })
      .setProtectedHeader({ alg: 'ES256', typ: 'chartseal-read+jwt', kid: await thumbprint(publicKey) })
      .sign(await importJWK({ ...privateJwk }, 'ES256'));
  }

  #says(): { network: string; patient: string; issuedAt: number } {
    return { network, patient: this.handle.handle, issuedAt: Date.UTC(2026, 0, 1) };
  }

  async #hold(
    directive: UnsignedDirective,
    rest: Omit<HeldDirective, 'handle' | 'digest' | 'operation' | 'jws' | 'receivedAt'>,
  ): Promise<void> {
    const jws = await signDirective(directive, this.#key);
    const { operation, patient: handle } = directive;
    this.held.push({ handle, digest: payloadDigest(jws), operation, jws, receivedAt: 0, ...rest });
  }

  #onLedger(consentId: string, consent: PatientState['directives'][string]): void {
    const directives = { ...this.state.directives, [consentId]: consent };
    this.state = { ...this.state, accepted: this.state.accepted + 1, directives };
    this.changedAt += 1;
  }
}

/** What the query service sees of these patients. */
export const knowing = (...patients: readonly TestPatient[]): WorldOptions => {
  const byHandle = (handle: string): TestPatient | undefined => patients.find((one) => one.handle.handle === handle);
  return {
    patients: {
      handle: async (handle) => byHandle(handle)?.handle,
      registrars: async () => [],
      united: async (patientId) => [patientId],
      handlesOf: async (patientId) =>
        patients.filter(({ handle }) => handle.patientId === patientId).map(({ handle }) => handle),
      directives: async (handle) => byHandle(handle)?.held ?? [],
      say: async (patientId) => {
        const known = patients.filter(({ handle }) => handle.patientId === patientId && handle.state === 'open');
        return known.map(({ handle: { handle, enrolmentJws }, held }) => ({
          patientId,
          handle,
          enrolmentJws: enrolmentJws ?? '',
          directives: [...held],
        }));
      },
    },
    permitting: {
      among: async (asking) =>
        patients.filter((one) => one.mayPermit(asking)).map(({ handle: { patientId } }) => patientId),
    },
    ledgerView: {
      ...emptyLedger,
      changedAt: (handle) => byHandle(handle)?.changedAt ?? 0,
      consent: async (handle) => byHandle(handle)?.state,
    },
  };
};
