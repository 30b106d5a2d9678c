import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, it } from 'node:test';
import { parseDirective, verifyDirective, verifyEnrolment, type PublicKey } from '@chartseal/consent';
import { decodeJwt } from 'jose';
import { ConsentServiceError } from './consent-service.ts';
import { systemEnvironment } from './device-environment.ts';
import { enrol } from './enrol.ts';
import { PatientDevice } from './patient-device.ts';
import { parsePatientState, type PatientState } from './patient-state.ts';

type Sent = { readonly url: string; readonly authorization: string; readonly body: Record<string, string> };
type Answer = { readonly status: number; readonly body: unknown } | 'lost';

const network = '0'.repeat(64);
const servers: Server[] = [];
after(() => servers.forEach((server) => server.close()));

/** A consent service that says what it is told to, and a device that has enrolled there. */
async function enrolledDevice() {
  const sent: Sent[] = [];
  const answers: Answer[] = [];
  const server = createServer((req, res) => {
    let text = '';
    req.on('data', (chunk) => (text += String(chunk)));
    req.on('end', () => {
      const body = text === '' ? {} : (JSON.parse(text) as Record<string, string>);
      sent.push({ url: req.url ?? '', authorization: req.headers.authorization ?? '', body });
      const answer = answers.shift() ?? { status: 201, body: {} };
      if (answer === 'lost') return res.destroy();
      return res.writeHead(answer.status, { connection: 'close' }).end(JSON.stringify(answer.body));
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const consentBaseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/consent`;
  let saved = '';
  const environment = systemEnvironment(async (state: PatientState) => {
    saved = JSON.stringify(state);
  });
  const offer = { consentBaseUrl, network, custodian: 'hospital-a', code: 'a-code', patient: 'handle-0123456789' };
  const device = await enrol(offer, environment);
  const reopen = () => new PatientDevice(parsePatientState(saved), environment);
  return { device, sent, answers, reopen, publicKey: keyOf(device.state) };
}

const keyOf = ({ privateJwk: { kty, crv, x, y } }: PatientState) => ({ kty, crv, x, y }) as PublicKey;
const verified = (jws: string, key: PublicKey) => verifyDirective(jws, { network, keyOf: async () => key });
const terms = { to: 'hospital-b', purposes: ['TREAT'] };

it('enrols its own key with a proof of the code', async () => {
  const { sent, publicKey } = await enrolledDevice();
  const { proof, code } = sent[0]!.body;
  equal(code, 'a-code');
  const { patient } = await verifyEnrolment(proof!, { network, custodian: 'hospital-a', publicKey });
  equal(patient, 'handle-0123456789');
});

it('counts what takes a sequence, and revokes and freezes without one', async () => {
  const { device, sent, publicKey } = await enrolledDevice();
  const { consentId } = await device.grant(terms);
  await device.revoke(consentId);
  await device.freeze();
  await device.unfreeze();
  const directives = await Promise.all(sent.slice(1).map(({ body }) => verified(body['directive']!, publicKey)));
  deepEqual(
    directives.map((each) => [each.operation, 'sequence' in each ? each.sequence : null]),
    [
      ['put', 1],
      ['revoke', null],
      ['freeze', null],
      ['unfreeze', 2],
    ],
  );
});

it('says the same again, byte for byte, where the answer was lost', async () => {
  const { device, sent, answers, reopen } = await enrolledDevice();
  answers.push('lost');
  await rejects(device.grant(terms));
  const later = reopen();
  await later.resume();
  deepEqual(sent[2]!.body, sent[1]!.body);
  equal(later.state.sequence, 1);
  await later.grant(terms);
  const { sequence } = parseDirective(sent[3]!.body['directive']!) as { sequence: number };
  equal(sequence, 2);
});

it('follows the ledger where another device went on', async () => {
  const { device, answers } = await enrolledDevice();
  const extension = [{ url: 'urn:chartseal:lastSequence', valueInteger: 6 }];
  const issue = [{ severity: 'error', code: 'conflict', diagnostics: 'not the next', extension }];
  answers.push({ status: 409, body: { resourceType: 'OperationOutcome', issue } });
  await device.grant(terms);
  equal(device.state.sequence, 7);
  const further = { ...extension[0], valueInteger: 9 };
  for (let time = 0; time < 2; time += 1)
    answers.push({
      status: 409,
      body: { resourceType: 'OperationOutcome', issue: [{ ...issue[0], extension: [further] }] },
    });
  await rejects(device.grant(terms), (error) => error instanceof ConsentServiceError && error.lastSequence === 9);
});

it('keeps both keys until a rotation is answered, and a no waits for neither', async () => {
  const { device, sent, answers, publicKey } = await enrolledDevice();
  answers.push('lost');
  await rejects(device.rotateKey());
  deepEqual(keyOf(device.state), publicKey);
  answers.push({ status: 401, body: {} });
  await device.freeze();
  const next = keyOf(device.state);
  ok(next.x !== publicKey.x);
  equal((await verified(sent.at(-1)!.body['directive']!, next)).operation, 'freeze');
});

it('reads page after page with a fresh token for that address alone, and follows no link elsewhere', async () => {
  const { device, sent, answers } = await enrolledDevice();
  const { consentBaseUrl } = device.state;
  const page = (url: string) => ({
    status: 200,
    body: { link: [{ relation: 'next', url }], entry: [{ resource: { resourceType: 'AuditEvent' } }] },
  });
  answers.push(page(`${consentBaseUrl}/AuditEvent?_page=9`), page('http://127.0.0.1:1/consent/AuditEvent'));
  equal((await device.accessHistory()).length, 2);
  const tokens = sent.slice(1).map(({ authorization }) => decodeJwt(authorization.slice('Bearer '.length)));
  equal(new Set(tokens.map(({ jti }) => jti)).size, 2);
  for (const { iss, aud, iat, exp, htm, htu } of tokens) {
    deepEqual([iss, aud, htm, htu], ['handle-0123456789', consentBaseUrl, 'GET', `${consentBaseUrl}/AuditEvent`]);
    ok(exp! - iat! <= 60);
  }
});
