/** DESIGN §6 Consent 4: a patient reads with a token signed by the own key, once and for one address. */
import { deepEqual, equal, match, notEqual } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { generatePatientKey, thumbprint } from '@chartseal/consent';
import { canonicalJson, NumberSpelling, validateResource } from '@chartseal/fhir';
import type { DirectiveReceiptFile } from './patient/directive-receipt.ts';
import { ChartsealError } from '@chartseal/ports';
import { Device } from './testing/device.ts';
import { consentBaseUrl, openWorld, type World } from './testing/world.ts';

describe('A patient', () => {
  let world: World;
  let device: Device;
  before(async () => {
    world = await openWorld();
    device = await Device.enrolled(world);
  });
  after(() => world.close());
  const status = async (claims: Record<string, unknown>, header: object = {}): Promise<number> =>
    (await device.read('/Consent', await device.readToken('/Consent', claims, header))).status;

  it('reads the own directives and what became of them', async () => {
    const ids: string[] = [];
    for (const sequence of [1, 2]) {
      const { text } = await device.put(sequence);
      const answer = await world.send('post', '/consent/directives', text);
      ids.push(String(answer.body['consentId']));
    }
    world.ledgerMood = 'unreachable';
    await device.say(await device.sign({ operation: 'revoke', consentId: ids[0] ?? '' }));
    world.ledgerMood = 'answers';
    const { body } = await device.read('/Consent', await device.readToken('/Consent'));
    const told = body.entry?.map(({ resource, search }) => {
      const { state } = JSON.parse(search.extension[0]?.valueString ?? '{}') as { state: string };
      return [resource['id'], state];
    });
    deepEqual(told, [
      [ids[1], 'active'],
      [ids[0], 'revoked'],
    ]);
    const [active, revoked] = await Promise.all(
      [ids[1], ids[0]].map(async (id) => {
        const path = `/Consent/${id ?? ''}`;
        return device.read(path, await device.readToken(path));
      }),
    );
    deepEqual([active?.body['status'], active?.body['id']], ['active', ids[1]]);
    deepEqual([revoked?.body['status'], revoked?.body['id']], ['inactive', ids[0]]);
    match(revoked?.text ?? '', /consent-revoked","valueInstant":"20/);
    for (const { body: consent } of [active, revoked].filter((each) => each !== undefined))
      deepEqual(
        validateResource(consent as never).filter(({ severity }) => severity === 'error' || severity === 'fatal'),
        [],
      );
  });

  it('uses a token once, a minute at most, for one address and method, with exactly its header', async () => {
    const now = Math.floor(world.dependencies.clock.wallMs() / 1000);
    const token = await device.readToken('/Consent');
    equal((await device.read('/Consent', token)).status, 200);
    equal((await device.read('/Consent', token)).status, 401);
    equal((await device.read('/Consent/x', await device.readToken('/Consent'))).status, 401);
    const stranger = await generatePatientKey();
    const refused: readonly (readonly [string, Record<string, unknown>, object?])[] = [
      ['another method', { htm: 'POST' }],
      ['another address', { htu: `${consentBaseUrl}/AuditEvent` }],
      ['another host', { htu: 'http://b.example/consent/Consent' }],
      ['another audience', { aud: 'http://b.example/consent' }],
      ['several audiences', { aud: [consentBaseUrl] }],
      ['more than a minute', { exp: now + 62 }],
      ['expired', { iat: now - 70, exp: now - 10 }],
      ['of tomorrow', { iat: now + 3600, exp: now + 3630 }],
      ['without an end', { exp: undefined }],
      ['without a jti', { jti: undefined }],
      ['a jti that no store holds', { jti: 'a\0b' }],
      ['no handle', { iss: undefined }],
      ['a handle that no store holds', { iss: 'a\0b' }],
      ['another handle', { iss: 'A'.repeat(22) }],
      ['one claim more', { scope: 'x' }],
      ['another typ', {}, { typ: 'JWT' }],
      ['the kid of another key', {}, { kid: await thumbprint(stranger.publicKey) }],
      ['one header member more', {}, { jku: 'http://127.0.0.1/' }],
    ];
    for (const [name, claims, header] of refused) equal(await status(claims, header), 401, name);
    equal(await status({}), 200);
    const { key } = device;
    device.key = stranger;
    equal(await status({}, { kid: await thumbprint(key.publicKey) }), 401);
    device.key = key;
    for (const authorization of ['', 'Bearer', 'Bearer x', `Basic ${token}`])
      equal((await world.send('get', '/consent/Consent', undefined, { authorization })).status, 401);
  });

  it('gets what shows that the ledger holds a grant and its end, once it does', async () => {
    const mine = await Device.enrolled(world, 'q');
    const put = await mine.put(1);
    const { body: granted } = await world.send('post', '/consent/directives', put.text);
    const consentId = String(granted['consentId']);
    const path = `/Consent/${consentId}/$receipt`;
    const receiptOf = async (by: Device) => by.read(path, await by.readToken(path));
    const first = (await receiptOf(mine)).body as unknown as DirectiveReceiptFile;
    equal(first.put.directive, put.directive);
    equal(
      Buffer.from(first.consent ?? '', 'base64').toString(),
      canonicalJson(put.consent as never, new NumberSpelling()),
    );
    equal(first.key, Buffer.from(put.key, 'base64url').toString('base64'));
    deepEqual(first.put.receipt, await world.ledger.receipt(String(granted['transactionId'])));
    equal(first.revocation, undefined);
    equal((await receiptOf(device)).status, 404);
    world.ledgerMood = 'commits-silently';
    await mine.say(await mine.sign({ operation: 'revoke', consentId }));
    world.ledgerMood = 'answers';
    equal((await receiptOf(mine)).status, 503);
    await world.events();
    const { revocation } = (await receiptOf(mine)).body as unknown as DirectiveReceiptFile;
    const { receipt } = revocation ?? {};
    equal((receipt?.['transaction'] as { validity?: string } | undefined)?.validity, 'valid');
  });

  it('sees nothing under a handle that was closed', async () => {
    const fresh = await Device.enrolled(world);
    equal(await status({}), 401);
    notEqual(fresh.handle, device.handle);
    equal((await fresh.read('/Consent', await fresh.readToken('/Consent'))).status, 200);
  });

  it('reads nothing from a store that the ledger has left behind, and is heard all the same', async () => {
    const own = await Device.enrolled(world);
    const said = await own.sign({ operation: 'freeze' });
    world.standing = () => {
      throw new ChartsealError('behind-ledger', 'the records log has 1 leaves here and 2 on the ledger');
    };
    const read = async () => (await own.read('/Consent', await own.readToken('/Consent'))).status;
    equal(await read(), 503);
    equal((await own.say(said)).status, 201);
    world.standing = () => {};
    equal(await read(), 200);
  });
});
