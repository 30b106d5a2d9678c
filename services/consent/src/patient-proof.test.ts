/** RFC 9449 §4.3, check by check: what DPoP asks of a proof, a patient's token is held to. */
import { equal } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { generatePatientKey, thumbprint } from '@chartseal/consent';
import { exportJWK, generateKeyPair, importJWK, SignJWT } from 'jose';
import { Device } from './testing/device.ts';
import { consentBaseUrl, openWorld, type World } from './testing/world.ts';

describe('A patient’s token is a proof of possession (RFC 9449 §4.3):', () => {
  let world: World;
  let device: Device;
  before(async () => {
    world = await openWorld();
    device = await Device.enrolled(world);
  });
  after(() => world.close());

  const address = `${consentBaseUrl}/Consent`;
  const now = (): number => Math.floor(world.dependencies.clock.wallMs() / 1000);
  const ask = async (token: string, path = '/Consent'): Promise<number> => (await device.read(path, token)).status;
  const told = async (claims: object, header: object = {}): Promise<number> =>
    ask(await device.readToken('/Consent', { ...claims }, header));
  const part = (value: object | string): string =>
    Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
  const split = async (): Promise<readonly [string, string, string]> =>
    (await device.readToken('/Consent')).split('.') as [string, string, string];
  const withHeader = async (change: object): Promise<string> => {
    const [header, claims] = await split();
    return `${part({ ...JSON.parse(Buffer.from(header, 'base64url').toString()), ...change })}.${claims}`;
  };
  const own = async () => ({ kid: await thumbprint(device.key.publicKey), typ: 'chartseal-read+jwt' });
  const by = async (alg: string): Promise<string> => {
    const { privateKey, publicKey } = await generateKeyPair(alg);
    const [, claims] = await split();
    const jwt = new SignJWT(JSON.parse(Buffer.from(claims, 'base64url').toString()));
    return jwt.setProtectedHeader({ ...(await own()), alg, jwk: await exportJWK(publicKey) }).sign(privateKey);
  };

  const refused: readonly (readonly [string, () => Promise<number>])[] = [
    ['1 two tokens', async () => ask(`${await device.readToken('/Consent')}, ${await device.readToken('/Consent')}`)],
    ['2 no JWT', () => ask('a.b.c')],
    ['2 a part too few', async () => ask((await split()).slice(0, 2).join('.'))],
    ['2 what is no JSON', async () => ask(`${(await split())[0]}.${part('{')}.${(await split())[2]}`)],
    ...['jti', 'htm', 'htu', 'iat', 'exp', 'aud', 'iss'].map(
      (claim) => [`3 without ${claim}`, () => told({ [claim]: undefined })] as const,
    ),
    ['4 a directive’s typ', () => told({}, { typ: 'chartseal-directive+jwt' })],
    ['4 no typ', () => told({}, { typ: undefined })],
    ['5 no algorithm', async () => ask(`${await withHeader({ alg: 'none' })}.`)],
    [
      '5 a MAC with the public key as its secret',
      async () => {
        const secret = Buffer.from(JSON.stringify(device.key.publicKey));
        const [, claims] = await split();
        const jwt = new SignJWT(JSON.parse(Buffer.from(claims, 'base64url').toString()));
        return ask(await jwt.setProtectedHeader({ ...(await own()), alg: 'HS256' }).sign(secret));
      },
    ],
    ['5 another algorithm', async () => ask(await by('ES384'))],
    ['6 a key that the caller brings', async () => ask(await by('ES256'))],
    ['6 a signature over something else', async () => ask(`${await withHeader({ x: 1 })}.${(await split())[2]}`)],
    ['7 a private key in the header', () => told({}, { jwk: device.key.privateJwk })],
    ['8 another method', () => told({ htm: 'POST' })],
    ['8 the method in small letters', () => told({ htm: 'get' })],
    ['9 another path', () => told({ htu: `${consentBaseUrl}/AuditEvent` })],
    ['9 another host', () => told({ htu: 'http://b.example/consent/Consent' })],
    ['9 a query in htu', () => told({ htu: `${address}?x=1` })],
    ['9 a fragment in htu', () => told({ htu: `${address}#x` })],
    ['11 made too long ago', () => told({ iat: now() - 70, exp: now() - 10 })],
    ['11 made in future', () => told({ iat: now() + 30, exp: now() + 60 })],
    ['11 for longer than a minute', () => told({ exp: now() + 62 })],
    ['11 made long ago, with an end far off', () => told({ iat: now() - 3600, exp: now() + 30 })],
    // 10 (nonce) is not offered; 12 (ath, the key of the access token) has no access token that it could be about.
  ];
  for (const [what, status] of refused) it(`refuses ${what}`, async () => equal(await status(), 401));

  it('takes the query as no part of htu, and a proof once whatever the query is', async () => {
    const token = await device.readToken('/Consent');
    equal(await ask(token, '/Consent?_format=json'), 200);
    for (const path of ['/Consent?_format=json', '/Consent', '/Consent?x=2']) equal(await ask(token, path), 401);
  });

  it('takes a proof once, also when it comes several times at the same moment', async () => {
    const token = await device.readToken('/Consent');
    const statuses = await Promise.all([1, 2, 3, 4].map(() => ask(token)));
    equal(statuses.filter((status) => status === 200).length, 1);
  });

  it('takes the new key alone after a rotation, also for what the old one signed before', async () => {
    const [old, next] = [device.key, await generatePatientKey()];
    const before = await device.readToken('/Consent');
    equal((await device.say(await device.rotation(1, next))).status, 201);
    equal(await ask(before), 401);
    equal(await told({}), 401);
    device.key = next;
    equal(await told({}), 200);
    const foreign = await importJWK({ ...old.privateJwk }, 'ES256');
    const [, claims] = await split();
    const jwt = new SignJWT(JSON.parse(Buffer.from(claims, 'base64url').toString()));
    equal(await ask(await jwt.setProtectedHeader({ ...(await own()), alg: 'ES256' }).sign(foreign)), 401);
  });
});
