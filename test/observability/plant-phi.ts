/** Puts known PHI wherever a client can put anything: where it belongs, and in every wrong place. */
import { equal, ok } from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Reachable, SendOptions } from '../testing/caller.ts';
import { enrolDevice } from '../testing/patient.ts';
import { planted } from './planted-phi.ts';

const { mrn, family, given, quoted, birthDate, insurance, phone, street, email, note, diagnosis, value, device } =
  planted;

const patient = {
  resourceType: 'Patient',
  id: mrn,
  identifier: [{ system: device, value: insurance }],
  name: [{ family, given: [given], text: quoted }],
  telecom: [
    { system: 'phone', value: phone },
    { system: 'email', value: email },
  ],
  address: [{ line: [street] }],
  birthDate,
};
const observation = {
  resourceType: 'Observation',
  status: 'final',
  subject: { reference: `Patient/${mrn}`, display: `${given} ${family}` },
  code: { coding: [{ system: 'http://loinc.org', code: '14749-6' }], text: diagnosis },
  note: [{ text: note }],
  effectiveDateTime: '2026-01-01',
};
const observationText = JSON.stringify(observation).replace(
  /\}$/,
  `,"valueQuantity":{"value":${value},"unit":"mmol/L"}}`,
);
const every = Object.values(planted);
const query = (text: string): string => encodeURIComponent(text);
const form = { 'content-type': 'application/x-www-form-urlencoded' };

type Try = readonly [method: string, path: string, options?: SendOptions];

/** Records as they should be, written and read by their own hospital and by another. */
const ordinary: readonly Try[] = [
  ['PUT', `Patient/${mrn}`, { body: JSON.stringify(patient) }],
  ['POST', 'Observation', { body: observationText }],
  ['PUT', `Observation/${mrn}`, { body: observationText.replace('{', `{"id":"${mrn}",`) }],
  ['GET', `Patient/${mrn}`],
  ['GET', `Patient/${mrn}/_history`],
  ['GET', `Patient/${mrn}/_history/1`],
  ['GET', `Patient/${mrn}/$everything`],
  ['GET', `Patient/${mrn}/$proof`],
  ['GET', `Patient?family=${query(family)}&birthdate=${birthDate}&identifier=${query(`${device}|${insurance}`)}`],
  ['GET', `Observation?subject=Patient/${mrn}&code=${query(diagnosis)}`],
  ['POST', 'Patient/_search', { body: `name=${query(given)}&phone=${query(phone)}`, headers: form }],
  ['GET', `Patient/${mrn}`, { as: 'hospital-b' }],
  ['GET', `Patient/${mrn}/$everything`, { as: 'hospital-b' }],
  ['GET', `Patient?name=${query(family)}`, { as: 'hospital-b' }],
  ['GET', `Patient/${mrn}/$proof`, { as: 'hospital-b', purpose: 'HRESCH' }],
];

/** In bodies that cannot be taken: malformed, invalid, contradictory, in Bundles and in batch entries. */
const badBodies = (text: string): readonly Try[] => [
  ['POST', 'Patient', { body: `{"resourceType":"Patient","name":[{"family":${JSON.stringify(text)}` }],
  ['POST', 'Patient', { body: text }],
  // A message that quotes it must not pass for a stack.
  ['POST', 'Patient', { body: `{\n    at ${text} (file:///a.ts:1:1)\n` }],
  ['POST', 'Patient', { body: JSON.stringify({ ...patient, [text]: text }) }],
  ['POST', 'Patient', { body: JSON.stringify({ ...patient, gender: text, birthDate: `${text} ` }) }],
  ['POST', 'Patient', { body: `{"resourceType":"Patient",${JSON.stringify(text)}:1,${JSON.stringify(text)}:2}` }],
  ['POST', 'Patient', { body: `{"resourceType":${JSON.stringify(text)}}` }],
  ['POST', 'Patient', { body: JSON.stringify({ resourceType: 'Observation', status: text, code: { text } }) }],
  ['PUT', 'Patient/other', { body: JSON.stringify({ ...patient, id: text }) }],
  ['POST', 'Observation', { body: JSON.stringify({ ...observation, valueQuantity: { value: text } }) }],
  [
    'POST',
    '',
    {
      body: JSON.stringify({
        resourceType: 'Bundle',
        type: 'transaction',
        entry: [
          { fullUrl: text, resource: patient, request: { method: 'PUT', url: `Patient/${text}` } },
          { resource: { resourceType: 'Observation', status: text }, request: { method: text, url: text } },
        ],
      }),
    },
  ],
  [
    'POST',
    '',
    {
      body: JSON.stringify({
        resourceType: 'Bundle',
        type: 'batch',
        entry: [
          { request: { method: 'GET', url: `Patient/${text}` } },
          { request: { method: 'GET', url: `Patient?name=${text}&${text}=1` } },
          { request: { method: 'DELETE', url: `Patient/${text}`, ifMatch: text } },
          {
            resource: patient,
            request: { method: 'POST', url: 'Patient', ifNoneExist: `identifier=${text}&${text}=1` },
          },
        ],
      }),
    },
  ],
  ['POST', 'Patient', { body: JSON.stringify(patient), as: 'hospital-b' }],
];

/** In the words of a request: paths, parameters, methods and headers. */
const badWords = (text: string): readonly Try[] => [
  ['GET', `Patient/${query(text)}`],
  ['GET', `Patient/${query(text)}/$everything`, { as: 'hospital-b' }],
  ['GET', `${query(text)}/${query(text)}`],
  ['GET', `Patient/${mrn}/_history/${query(text)}`],
  ['GET', `Patient/${mrn}/${query(text)}/${query(text)}`],
  ['GET', `$record/${query(text)}`],
  ['GET', `Patient?${query(text)}=${query(text)}`],
  ['GET', `Patient?birthdate=${query(text)}&_count=${query(text)}&_page=${query(text)}`],
  ['GET', `Patient?_has:Observation:patient:${query(text)}=${query(text)}`, { as: 'hospital-b' }],
  ['GET', `Observation?value-quantity=${query(text)}&date=${query(text)}&subject:Patient.name=${query(text)}`],
  ['POST', `${query(text)}/_search`, { body: `${query(text)}=${query(text)}`, headers: form }],
  ['DELETE', `Patient/${query(text)}`],
  ['PROPFIND', `Patient/${query(text)}`],
];

const headersWith = (text: string): Readonly<Record<string, string>> => ({
  'x-request-id': text,
  traceparent: `00-${Buffer.from(text).toString('hex').padEnd(32, '0').slice(0, 32)}-00f067aa0ba902b7-01`,
  tracestate: `chart=${text.replaceAll(/[^A-Za-z0-9]/g, '')}`,
  baggage: `patient=${query(text)}`,
  'user-agent': text,
  referer: `https://ehr.example/?patient=${query(text)}`,
  'x-forwarded-for': text,
  'if-none-match': `W/"${text}"`,
  prefer: text,
  cookie: `patient=${query(text)}`,
});

const badHeaders = (text: string): readonly Try[] => [
  ['GET', `Patient/${mrn}`, { headers: headersWith(text) }],
  ['GET', `Patient/${mrn}`, { headers: { ...headersWith(text), accept: text } }],
  [
    'POST',
    'Patient',
    { body: JSON.stringify(patient), headers: { 'if-none-exist': `identifier=${query(text)}&${text}=1` } },
  ],
  ['PUT', `Patient/${mrn}`, { body: JSON.stringify(patient), headers: { 'if-match': `W/"${text}"` } }],
  ['PUT', `Patient/${mrn}`, { body: JSON.stringify(patient), headers: { 'content-type': text } }],
  ['GET', `Patient/${mrn}`, { as: 'nobody', headers: { authorization: `Bearer ${text}` } }],
  [
    'GET',
    `Patient/${mrn}`,
    { as: 'nobody', headers: { authorization: `Basic ${Buffer.from(text).toString('base64')}` } },
  ],
  [
    'GET',
    `Patient/${mrn}`,
    { as: 'nobody', headers: { authorization: `Bearer ${unsigned({ sub: text, jti: text })}` } },
  ],
];

/** A token of nobody's, whose every part says something. */
const unsigned = (claims: object): string =>
  [{ alg: 'ES384', kid: mrn, typ: 'at+jwt' }, claims, { signature: note }]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');

/** At the doors that take no access token: tokens, enrolments, directives, a patient's own reads, and where nothing is. */
const otherDoors = ({ tokenUrl, consentBaseUrl, fhirBaseUrl }: Reachable['sandbox'], text: string): readonly Try[] => {
  const base = fhirBaseUrl.replace(/\/fhir$/, '');
  const json = { 'content-type': 'application/json' };
  const nobody = (options: SendOptions): SendOptions => ({ as: 'nobody', ...options });
  const grant = new URLSearchParams({
    grant_type: 'client_credentials',
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: unsigned({ iss: text, sub: text, jti: text }),
    client_id: text,
    scope: text,
    username: text,
  });
  const directive = {
    directive: unsigned({ patient: text }),
    consent: { ...patient, provision: { type: text } },
    key: text,
  };
  return [
    ['POST', tokenUrl, nobody({ body: grant.toString(), headers: form })],
    ['POST', tokenUrl, nobody({ body: `grant_type=${query(text)}&${query(text)}=1`, headers: form })],
    ['GET', `${tokenUrl}?code=${query(text)}`, nobody({})],
    [
      'POST',
      `${consentBaseUrl}/enrolments`,
      nobody({ body: JSON.stringify({ code: text, publicKey: { kty: text }, proof: text }), headers: json }),
    ],
    ['POST', `${consentBaseUrl}/directives`, nobody({ body: JSON.stringify(directive), headers: json })],
    ['POST', `${consentBaseUrl}/directives`, nobody({ body: `{"directive":${text}`, headers: json })],
    [
      'GET',
      `${consentBaseUrl}/Consent`,
      nobody({ headers: { authorization: `Bearer ${unsigned({ iss: text, htu: text })}` } }),
    ],
    ['GET', `${consentBaseUrl}/${query(text)}`, nobody({})],
    ['GET', `${base}/log/records/tile/${query(text)}/${query(text)}`, nobody({})],
    ['GET', `${base}/${query(text)}?${query(text)}`, nobody({})],
    ['GET', `${base}/metrics?name=${query(text)}`, nobody({})],
    ['GET', `${base}/health/${query(text)}`, nobody({})],
  ];
};

const isAscii = (text: string): boolean => /^[ -~]*$/.test(text);

/** What no HTTP client would send: PHI where a request line should be, and a request that ends in the middle. */
const sendRaw = async (base: string, text: string): Promise<void> => {
  const { protocol, hostname, port } = new URL(base);
  for (const bytes of [
    `${text}\r\n\r\n`,
    `GET /fhir/Patient/${text} HTTP/1.1\r\nHost: ${text}\r\n\r\n`,
    `POST /fhir/Patient HTTP/1.1\r\nHost: h\r\nContent-Length: 999\r\n\r\n${text}`,
  ]) {
    const socket = protocol === 'https:' ? connectTls(Number(port), hostname) : connect(Number(port), hostname);
    socket.on('error', () => undefined);
    socket.resume();
    socket.write(bytes);
    setTimeout(() => socket.destroy(), 200);
    await once(socket, 'close');
  }
};

/** A patient's consent whose terms tell of an illness, taken and refused, and the patient's own words in places where none belong. */
const plantInConsent = async (gateway: Reachable): Promise<void> => {
  const phone = await enrolDevice(gateway, mrn);
  await phone.grant({ to: 'hospital-b', purposes: ['TREAT'] });
  equal((await gateway.send('GET', `Patient/${mrn}`, { as: 'hospital-b' })).status, 200);
  await phone
    .grant({ to: 'hospital-b', purposes: ['TREAT'], classes: [diagnosis], from: birthDate })
    .catch(() => undefined);
  await phone.grant({ to: mrn, purposes: [note], labels: [diagnosis] }).catch(() => undefined);
};

/** @returns how many requests were answered */
export const plantPhi = async (gateway: Reachable): Promise<number> => {
  const { sandbox } = gateway;
  const send = async ([method, path, options]: Try): Promise<number> =>
    (await gateway.send(method, path, options)).status;
  const [first, ...more] = ordinary;
  ok(first !== undefined);
  equal(await send(first), 201);
  await plantInConsent(gateway);
  const tries = every.flatMap((text) => [
    ...badBodies(text),
    ...badWords(text),
    ...(isAscii(text) ? badHeaders(text) : []),
    ...otherDoors(sandbox, text),
  ]);
  for (const each of [...more, ...tries]) {
    const status = await send(each);
    ok(status < 500 || status === 503, `${each[0]} ${each[1]} answers ${status}`);
  }
  for (const text of every) await sendRaw(sandbox.fhirBaseUrl, text);
  equal(await send(['DELETE', `Patient/${mrn}`]), 204);
  await send(['GET', `Patient/${mrn}`]);
  return more.length + tries.length;
};
