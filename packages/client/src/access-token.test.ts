import { deepEqual, equal, rejects } from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, it } from 'node:test';
import { decodeJwt, exportJWK, generateKeyPair } from 'jose';
import { accessTokens } from './access-token.ts';
import { TokenError } from './backend-services.ts';
import { fhirClient } from './fhir-client.ts';

const assertions: string[] = [];
const bearers: string[] = [];
let refusing = false;
const server = createServer((req, res) => {
  let text = '';
  req.on('data', (chunk) => (text += String(chunk)));
  req.on('end', () => {
    res.setHeader('connection', 'close');
    if (req.url !== '/token') {
      bearers.push(req.headers.authorization ?? '');
      return res.end('{"resourceType":"Patient"}');
    }
    assertions.push(new URLSearchParams(text).get('client_assertion') ?? '');
    if (refusing) return res.writeHead(400).end('{"error":"invalid_scope"}');
    return res.end(JSON.stringify({ access_token: `token-${assertions.length}`, expires_in: 300 }));
  });
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
after(() => server.close());
const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const { privateKey } = await generateKeyPair('ES384', { extractable: true });
const privateJwk = { ...(await exportJWK(privateKey)), kid: 'k', alg: 'ES384' };
const client = { clientId: 'hospital-b', organization: 'hospital-b', privateJwk, scope: 'system/*.rs' };
const request = { tokenUrl: `${baseUrl}/token`, purpose: 'TREAT' };

it('asks once for all who wait, again shortly before expiry, and keeps no refusal', async () => {
  let now = 0;
  const token = accessTokens(client, request, () => now);
  const asked = assertions.length;
  const [first, second] = await Promise.all([token(), token()]);
  equal(first, second);
  now = 260_000;
  equal(await token(), first);
  now = 271_000;
  refusing = true;
  await rejects(token(), (error) => error instanceof TokenError && error.code === 'invalid_scope');
  refusing = false;
  equal(await token(), `token-${asked + 3}`);
});

it('carries exactly one purpose in an assertion good for one use at this token endpoint', async () => {
  await accessTokens(client, request)();
  const { iss, sub, aud, jti, iat, exp, extensions } = decodeJwt<{ extensions: object }>(assertions.at(-1)!);
  deepEqual([iss, sub, aud], ['hospital-b', 'hospital-b', request.tokenUrl]);
  deepEqual(extensions, {
    'hl7-b2b': {
      version: '1',
      organization_id: 'hospital-b',
      purpose_of_use: ['urn:oid:2.16.840.1.113883.5.8#TREAT'],
    },
  });
  equal(jti!.length > 16 && exp! - iat! <= 300, true);
});

it('gives a FHIR client its token on every request', async () => {
  const fhir = fhirClient(client, { ...request, fhirBaseUrl: `${baseUrl}/fhir` });
  await fhir.read({ resourceType: 'Patient', id: 'p' });
  await fhir.read({ resourceType: 'Patient', id: 'p' });
  equal(bearers.length, 2);
  equal(bearers[0], `Bearer token-${assertions.length}`);
  equal(bearers[1], bearers[0]);
});
