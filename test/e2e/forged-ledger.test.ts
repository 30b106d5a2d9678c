/** Ledger state that the patient did not sign never discloses, whoever wrote it and whatever keys they hold (DESIGN §6 Consent 3). */
import { equal } from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { it } from 'node:test';
import { consentFor, type PatientDevice } from '@chartseal/client';
import {
  consentCommitment,
  generatePatientKey,
  patientKeyOf,
  payloadDigest,
  signDirective,
  type PatientKeyPair,
} from '@chartseal/consent';
import { canonicalBytes, parseJson } from '@chartseal/fhir';
import { GatewayProcess } from '../testing/gateway-process.ts';
import { createObservation, createPatient, enrolDevice, type Written } from '../testing/patient.ts';
import { forgeBlock, withStore, type Sql } from '../testing/stopped-store.ts';

/** A grant for hospital-b as whoever holds ledger and store can write it. */
type Forgery = {
  readonly name: string;
  readonly signer: (patient: PatientKeyPair) => Promise<PatientKeyPair>;
  /** The organisation in the terms that were signed; those in the store always name hospital-b. */
  readonly signedFor: 'hospital-b' | 'hospital-c';
  readonly ledgerKey: 'of the patient' | 'of the signer';
  readonly store: 'told' | 'not told';
  readonly status: 200 | 404;
};

const another = (): Promise<PatientKeyPair> => generatePatientKey();
const own = async (patient: PatientKeyPair): Promise<PatientKeyPair> => patient;
const plain = { signedFor: 'hospital-b', ledgerKey: 'of the patient', store: 'told', status: 404 } as const;

const forgeries: readonly Forgery[] = [
  // Shows that the forger's hand is steady: what the patient did sign is served.
  { ...plain, name: 'signed by the patient', signer: own, status: 200 },
  { ...plain, name: 'signed by another key', signer: another },
  {
    ...plain,
    name: 'signed by another key, which the ledger calls the patient’s',
    signer: another,
    ledgerKey: 'of the signer',
  },
  { ...plain, name: 'signed by the patient for another hospital', signer: own, signedFor: 'hospital-c' },
  { ...plain, name: 'signed by another key, on the ledger alone', signer: another, store: 'not told' },
];

const forge = async (
  { signer, signedFor, ledgerKey, store }: Forgery,
  { state }: PatientDevice,
  dataDirectory: string,
  sql: Sql,
): Promise<void> => {
  const patientKey = patientKeyOf(state.privateJwk);
  const key = await signer(patientKey);
  const { network, patient, custodian } = state;
  const consentId = randomUUID();
  const termsFor = (to: string) => {
    const consent = consentFor({ to, purposes: ['TREAT'] }, { consentId, patient, custodian, dateTime: '2026-01-01' });
    const { value, numbers } = parseJson(JSON.stringify(consent));
    return canonicalBytes(value, numbers);
  };
  const secret = randomBytes(32);
  const commitment = consentCommitment(secret, termsFor(signedFor));
  const said = { operation: 'put', sequence: 1, consentId, consentCommitment: commitment } as const;
  const jws = await signDirective({ network, patient, issuedAt: Date.now(), ...said }, key);
  const digest = payloadDigest(jws);
  const transactionId = randomBytes(32).toString('hex');
  const publicKey = ledgerKey === 'of the signer' ? key.publicKey : patientKey.publicKey;
  await forgeBlock(dataDirectory, {
    [`consent/patient/${patient}`]: {
      patient,
      custodian,
      publicKey,
      sequence: 1,
      frozenBy: [],
      status: 'open',
      directives: { [consentId]: { sequence: 1, commitment, state: 'active', transactionId } },
      accepted: 1,
    },
    [`consent/directive/${patient}/${digest}`]: {
      digest,
      jws,
      publicKey: key.publicKey,
      operation: 'put',
      consentId,
      sequence: 1,
      transactionId,
      ordinal: 1,
    },
  });
  if (store === 'not told') return;
  await sql(
    `insert into directive (handle, digest, operation, jws, consent_id, sequence, consent_text, commitment_key,
       received_at, state, transaction_id, block_number)
     values ($1, $2, 'put', $3, $4, 1, $5, $6, $7, 'committed', $8, 1)`,
    [
      patient,
      digest,
      jws,
      consentId,
      Buffer.from(termsFor('hospital-b')).toString(),
      secret,
      Date.now(),
      transactionId,
    ],
  );
};

it('A grant in the ledger’s state discloses only if the patient signed it', async (t) => {
  await using gateway = await GatewayProcess.start();
  const cases: { forgery: Forgery; device: PatientDevice; observation: Written }[] = [];
  for (const forgery of forgeries) {
    const patient = await createPatient(gateway);
    const observation = await createObservation(gateway, patient);
    cases.push({ forgery, observation, device: await enrolDevice(gateway, patient) });
  }
  await gateway.kill('SIGTERM');
  await withStore(gateway.dataDirectory, async (sql) => {
    for (const { forgery, device } of cases) await forge(forgery, device, gateway.dataDirectory, sql);
  });
  await gateway.restart();
  for (const { forgery, observation } of cases)
    await t.test(`${forgery.name}: ${forgery.status}`, async () => {
      const { status, text } = await gateway.send('GET', observation.reference, { as: 'hospital-b' });
      equal(status, forgery.status, text);
    });
});
