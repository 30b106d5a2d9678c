/** A patient with a key of their own, as the custodian's store and the ledger know them. */
import { createHash, createHmac, randomBytes, randomUUID } from 'node:crypto';
import { canonicalJson, NumberSpelling } from '@chartseal/fhir';
import type { PatientState } from '@chartseal/contracts';
import type { HeldDirective, PatientHandle } from '@chartseal/ports';
import { calculateJwkThumbprint, CompactSign, exportJWK, generateKeyPair } from 'jose';
import type { WorldOptions } from './world.ts';
import { emptyLedger } from './world.ts';

const network = 'ab'.repeat(32);

export type TestPatient = {
  readonly patientId: string;
  readonly handle: PatientHandle & { enrolmentJws: string };
  readonly held: HeldDirective[];
  state: PatientState;
  changedAt: number;
  /** Puts a consent, held and on the ledger; answers its id. */
  readonly grant: (terms?: object) => Promise<string>;
  /** Held by the custodian; on the ledger only if `committed`. */
  readonly revoke: (consentId: string, ledger: 'pending' | 'committed') => Promise<void>;
};

const act = (code: string) => ({ system: 'http://terminology.hl7.org/CodeSystem/v3-ActReason', code });
export const toOrganization = (value: string) => ({
  role: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ParticipationType', code: 'IRCP' }] },
  reference: { identifier: { system: 'urn:chartseal:organization', value } },
});

/** IHE PCF's shape: no policyRule, a root that permits. */
const permitB = {
  type: 'permit',
  actor: [toOrganization('hospital-b')],
  action: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/consentaction', code: 'access' }] }],
  purpose: [act('TREAT')],
};

export const createPatient = async (patientId: string): Promise<TestPatient> => {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const { kty, crv, x, y } = await exportJWK(publicKey);
  const jwk = { kty, crv, x, y } as PatientState['publicKey'];
  const kid = await calculateJwkThumbprint(jwk);
  const sign = async (typ: string, payload: object): Promise<string> =>
    new CompactSign(Buffer.from(JSON.stringify(payload)))
      .setProtectedHeader({ alg: 'ES256', kid, typ })
      .sign(privateKey);
  const handle = randomBytes(16).toString('base64url');
  const codeHash = createHash('sha256').update('code').digest('base64url');
  const enrolmentJws = await sign('chartseal-enrolment+jws', {
    type: 'chartseal-enrolment/v1',
    network,
    custodian: 'hospital-a',
    patient: handle,
    publicKey: jwk,
    codeHash,
  });
  const hold = async (
    payload: object,
    rest: Pick<HeldDirective, 'operation' | 'ledger'> & Partial<HeldDirective>,
  ): Promise<void> => {
    const directive = {
      type: 'chartseal-directive/v1',
      network,
      patient: handle,
      issuedAt: '2026-01-01T00:00:00Z',
      ...payload,
    };
    const jws = await sign('chartseal-directive+jws', directive);
    const digest = createHash('sha256')
      .update(Buffer.from(jws.split('.')[1] ?? '', 'base64url'))
      .digest('base64url');
    patient.held.push({ handle, digest, jws, receivedAt: 0, ...rest });
  };
  const patient: TestPatient = {
    patientId,
    handle: { handle, patientId, state: 'open', enrolmentJws },
    held: [],
    changedAt: 2,
    state: {
      patient: handle,
      custodian: 'hospital-a',
      publicKey: jwk,
      sequence: 0,
      frozenBy: [],
      status: 'open',
      directives: {},
      accepted: 0,
    },
    async grant(provision = permitB) {
      const consentId = randomUUID();
      const sequence = patient.state.sequence + 1;
      const consentText = canonicalJson(consentOf(handle, consentId, provision), new NumberSpelling());
      const commitmentKey = new Uint8Array(randomBytes(32));
      const commitment = createHmac('sha256', commitmentKey).update(consentText).digest('base64url');
      await hold(
        { operation: 'put', sequence, consentId, consentCommitment: commitment },
        {
          operation: 'put',
          consentId,
          sequence,
          consentText,
          commitmentKey,
          ledger: { state: 'committed', transactionId: 't', blockNumber: 3 },
        },
      );
      const put = { sequence, commitment, state: 'active', transactionId: 't' } as const;
      patient.state = {
        ...patient.state,
        sequence,
        accepted: patient.state.accepted + 1,
        directives: { ...patient.state.directives, [consentId]: put },
      };
      patient.changedAt += 1;
      return consentId;
    },
    async revoke(consentId, ledger) {
      const committed = { state: 'committed', transactionId: 't', blockNumber: 4 } as const;
      await hold(
        { operation: 'revoke', consentId },
        { operation: 'revoke', consentId, ledger: ledger === 'pending' ? { state: 'pending' } : committed },
      );
      if (ledger === 'pending') return;
      const known = patient.state.directives[consentId];
      if (known === undefined) throw new Error('no such consent');
      patient.state = {
        ...patient.state,
        accepted: patient.state.accepted + 1,
        directives: { ...patient.state.directives, [consentId]: { ...known, state: 'revoked' } },
      };
      patient.changedAt += 1;
    },
  };
  return patient;
};

const consentOf = (handle: string, consentId: string, provision: object) => ({
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

/** What the query service sees of these patients. */
export const knowing = (...patients: readonly TestPatient[]): WorldOptions => {
  const byHandle = (handle: string) => patients.find((one) => one.handle.handle === handle);
  return {
    patients: {
      handle: async (handle) => byHandle(handle)?.handle,
      handlesOf: async (patientId) => patients.filter((one) => one.patientId === patientId).map(({ handle }) => handle),
      directives: async (handle) => [...(byHandle(handle)?.held ?? [])],
    },
    ledgerView: {
      ...emptyLedger,
      changedAt: (handle) => byHandle(handle)?.changedAt ?? 0,
      consent: async (handle) => byHandle(handle)?.state,
    },
  };
};
