/** What a patient did not sign, just so and just now, is refused with a reason and discloses nothing (DESIGN §6 Consent, §2 law 3). */
import { deepEqual, equal, match } from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { consentFor, type GrantTerms, type PatientDevice } from '@chartseal/client';
import {
  consentCommitment,
  generatePatientKey,
  patientKeyOf,
  signDirective,
  signKeyProof,
  thumbprint,
  type Directive,
  type PatientKeyPair,
} from '@chartseal/consent';
import { openKeyring } from '@chartseal/embedded';
import { canonicalBytes, parseJson } from '@chartseal/fhir';
import { CompactSign, importJWK } from 'jose';
import type { Answer } from '../testing/caller.ts';
import { GatewayProcess } from '../testing/gateway-process.ts';
import { createObservation, createPatient, enrolDevice, type Written } from '../testing/patient.ts';

type Put = Extract<Directive, { operation: 'put' }>;
type Body = { directive: string; consent?: unknown; key?: string };

const toHospitalB: GrantTerms = { to: 'hospital-b', purposes: ['TREAT'] };

describe('A directive', () => {
  let gateway: GatewayProcess;
  let device: PatientDevice;
  let key: PatientKeyPair;
  let observation: Written;
  let revoked: { readonly body: Body; readonly answer: Answer; readonly consentId: string };

  before(async () => {
    gateway = await GatewayProcess.start();
    const patient = await createPatient(gateway);
    observation = await createObservation(gateway, patient);
    device = await enrolDevice(gateway, patient);
    key = patientKeyOf(device.state.privateJwk);
    const consentId = randomUUID();
    const body = await put({ consentId, sequence: 1 });
    const answer = await post(body);
    equal(answer.status, 201, answer.text);
    equal(await readByOther(), 200);
    await device.revoke(consentId);
    revoked = { body, answer, consentId };
  });
  after(() => gateway[Symbol.asyncDispose]());

  const post = (body: Body): Promise<Answer> =>
    gateway.send('POST', `${gateway.sandbox.consentBaseUrl}/directives`, {
      as: 'nobody',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    });
  const readByOther = async (): Promise<number> =>
    (await gateway.send('GET', observation.reference, { as: 'hospital-b' })).status;

  /** The patient's own grant to hospital-b, at the sequence that is next, but for what is said. */
  const put = async (
    { terms = toHospitalB, ...changed }: Partial<Put> & { terms?: GrantTerms } = {},
    signer: (directive: Directive) => Promise<string> = (directive) => signDirective(directive, key),
  ): Promise<Body> => {
    const { network, patient, custodian } = device.state;
    const consentId = changed.consentId ?? randomUUID();
    const dateTime = '2026-01-01T00:00:00Z';
    const { value, numbers } = parseJson(
      JSON.stringify(consentFor(terms, { consentId, patient, custodian, dateTime })),
    );
    const secret = randomBytes(32);
    const directive = await signer({
      network,
      patient,
      issuedAt: Date.now(),
      operation: 'put',
      sequence: 2,
      consentId,
      consentCommitment: consentCommitment(secret, canonicalBytes(value, numbers)),
      ...changed,
    });
    return { directive, consent: value, key: secret.toString('base64url') };
  };

  const signedWith =
    (header: object, by: () => Promise<PatientKeyPair> = async () => key) =>
    async (directive: Directive): Promise<string> => {
      const signer = await by();
      const [, payload = ''] = (await signDirective(directive, signer)).split('.');
      const kid = await thumbprint(key.publicKey);
      return new CompactSign(Buffer.from(payload, 'base64url'))
        .setProtectedHeader({ alg: 'ES256', kid, typ: 'chartseal-directive+jws', ...header })
        .sign(await importJWK({ ...signer.privateJwk }, 'ES256'));
    };
  const alteredAfter = async (change: (parts: string[]) => void): Promise<Body> => {
    const body = await put();
    const parts = body.directive.split('.');
    change(parts);
    return { ...body, directive: parts.join('.') };
  };
  const rewritten = (text: string, from: string, to: string): string =>
    Buffer.from(Buffer.from(text, 'base64url').toString().replace(from, to)).toString('base64url');
  /** The gateway's own ledger identity: the one P-256 key that it signs with itself. */
  const byGateway = async (directive: Directive): Promise<string> => {
    const vault = await openKeyring({ path: join(gateway.dataDirectory, 'keyring.json') });
    const own = await vault.signer('ledger-identity:hospital-a', 'ES256');
    const [header = '', payload = ''] = (await signDirective(directive, key)).split('.');
    const signature = Buffer.from(await own.sign(Buffer.from(`${header}.${payload}`)));
    return `${header}.${payload}.${signature.toString('base64url')}`;
  };
  const otherTerms = async (): Promise<Body> => {
    const body = await put();
    return { ...body, consent: { ...(body.consent as object), dateTime: '2026-01-02T00:00:00Z' } };
  };
  const rotation = async (by: PatientKeyPair, sequence = 2): Promise<Body> => {
    const { network, patient } = device.state;
    const { publicKey } = await generatePatientKey();
    const newKeyProof = await signKeyProof({ network, patient, sequence }, by);
    const own = { operation: 'rotate-key', sequence: 2, publicKey, newKeyProof } as const;
    return { directive: await signDirective({ network, patient, issuedAt: Date.now(), ...own }, key) };
  };

  const refused: readonly (readonly [string, () => Promise<Body>, number, RegExp])[] = [
    ['signed by another key', () => put({}, async (d) => signDirective(d, await generatePatientKey())), 401, /kid/],
    ['signed by another key under this kid', () => put({}, signedWith({}, generatePatientKey)), 401, /signature/],
    ['signed by the gateway itself', () => put({}, byGateway), 401, /signature/],
    ['with its payload altered', () => alteredAfter((p) => (p[1] = rewritten(p[1]!, 'put', 'pux'))), 422, /operation/],
    [
      'with its sequence altered',
      () => alteredAfter((p) => (p[1] = rewritten(p[1]!, '"sequence":2', '"sequence":3'))),
      401,
      /signature/,
    ],
    [
      'with its signature altered',
      () => alteredAfter((p) => (p[2] = p[2]!.split('').toReversed().join(''))),
      401,
      /signature/,
    ],
    ['without a signature', () => alteredAfter((p) => (p[2] = '')), 401, /signature/],
    ['with alg none', () => alteredAfter((p) => (p[0] = rewritten(p[0]!, 'ES256', 'none'))), 401, /header/],
    ['with another typ', () => put({}, signedWith({ typ: 'chartseal-enrolment+jws' })), 401, /header/],
    ['with another header member', () => put({}, signedWith({ jku: 'http://127.0.0.1/' })), 401, /header/],
    ['with its own key in the header', () => put({}, signedWith({ jwk: {} })), 401, /header/],
    ['for another network', () => put({ network: 'f'.repeat(64) }), 422, /network/],
    ['for another handle', () => put({ patient: 'A'.repeat(22) }), 422, /handle/],
    ['of a sequence that was used', () => put({ sequence: 1 }), 409, /sequence/],
    ['of a sequence too far', () => put({ sequence: 3 }), 409, /sequence/],
    ['of sequence 0', () => put({ sequence: 0 }), 422, /sequence/],
    ['of a consentId that was revoked', () => put({ consentId: revoked.consentId }), 409, /consent/],
    ['with a commitment to other terms', () => put({ consentCommitment: 'A'.repeat(43) }), 422, /commitment/],
    ['with its terms altered', otherTerms, 422, /commitment/],
    ['with another key of the commitment', async () => ({ ...(await put()), key: 'A'.repeat(43) }), 422, /commitment/],
    ['without its terms', async () => ({ directive: (await put()).directive }), 422, /consent/],
    [
      'that grants what nobody understands',
      () => put({ terms: { ...toHospitalB, purposes: ['ANYTHING'] } }),
      422,
      /purpose/,
    ],
    ['that rotates to a key which did not agree', async () => rotation(await generatePatientKey()), 401, /key|kid/],
    ['that rotates with an agreement to another sequence', async () => rotation(key, 7), 401, /key|kid|sequence/],
  ];
  for (const [name, body, status, reason] of refused)
    it(`${name}: ${status}`, async () => {
      const answer = await post(await body());
      equal(answer.status, status, answer.text);
      const { resourceType, issue } = JSON.parse(answer.text) as {
        resourceType: string;
        issue: [{ extension?: object }];
      };
      equal(resourceType, 'OperationOutcome');
      match(JSON.stringify(issue), reason);
      if (name.includes('of a sequence'))
        deepEqual(issue[0].extension, [{ url: 'urn:chartseal:lastSequence', valueInteger: 1 }]);
      equal(await readByOther(), 404);
    });

  it('that comes again gets the same answer, and brings nothing back', async () => {
    const again = await post(revoked.body);
    deepEqual([again.status, again.text], [revoked.answer.status, revoked.answer.text]);
    equal(await readByOther(), 404);
  });

  it('of the same terms, signed again at its old sequence, is refused', async () => {
    equal((await post(await put({ sequence: 1, consentId: revoked.consentId }))).status, 409);
    equal(await readByOther(), 404);
  });

  it('that is the next one is taken, after all that', async () => {
    equal((await post(await put())).status, 201);
    equal(await readByOther(), 200);
  });
});
