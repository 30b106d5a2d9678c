/** An organisation that the others suspend, or whose purpose or key is taken away, is out at once, as if every consent were revoked: between two pages too. */
import { equal, ok, rejects, throws } from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { organizationClient, OrganizationError, requestToken, TokenError } from '@chartseal/client';
import type { DirectoryEntry } from '@chartseal/contracts';
import { openObservedSandbox, type ObservedSandbox } from '../observability/observed-sandbox.ts';
import type { Hospital } from '../testing/caller.ts';
import { createObservation, createPatient, enrolDevice } from '../testing/patient.ts';

let gateway: ObservedSandbox;
let token: string;
let next: string;

const directory = async <T>(as: Hospital, transaction: string, ...args: readonly string[]): Promise<T> =>
  JSON.parse((await gateway.ledgers[as].submit({ contract: 'directory', transaction, args })).result) as T;

/** By more than half of the members, none of whom is hospital-b. */
const change = async (proposal: object): Promise<void> => {
  const call = { contract: 'directory', transaction: 'Network', args: [] } as const;
  const { revision } = JSON.parse(await gateway.ledgers['hospital-a'].evaluate(call)) as { revision: number };
  const { hash } = await directory<{ hash: string }>(
    'hospital-a',
    'Propose',
    JSON.stringify({ ...proposal, revision }),
  );
  await directory('hospital-c', 'Approve', hash);
};

const b = () => gateway.sandbox.clients['hospital-b'];
const fresh = async (purpose = 'TREAT'): Promise<string> =>
  (await requestToken(b(), { tokenUrl: gateway.sandbox.tokenUrl, purpose })).accessToken;
const ask = async (path: string): Promise<number> =>
  (await gateway.send('GET', path, { as: 'nobody', headers: { authorization: `Bearer ${token}` } })).status;

before(async () => {
  gateway = await openObservedSandbox();
  const patient = await createPatient(gateway);
  for (let count = 0; count < 3; count += 1) await createObservation(gateway, patient);
  await (await enrolDevice(gateway, patient)).grant({ to: 'hospital-b', purposes: ['TREAT'] });
  token = await fresh();
  const answer = await gateway.send('GET', `Observation?patient=${patient}&_count=1`, { as: 'hospital-b' });
  const { link = [] } = JSON.parse(answer.text) as { link?: { relation: string; url: string }[] };
  next = link.find(({ relation }) => relation === 'next')?.url ?? '';
  ok(next !== '');
});
after(() => gateway[Symbol.asyncDispose]());

const outNow = async (purpose?: string): Promise<void> => {
  equal(await ask(next), 401);
  equal(await ask('Observation'), 401);
  await rejects(fresh(purpose), TokenError);
};

it('serves it before, where the directory says that it is', async () => {
  equal(await ask(next), 200);
  const call = { contract: 'directory', transaction: 'Get', args: ['hospital-a'] } as const;
  const entry = JSON.parse(await gateway.ledgers['hospital-b'].evaluate(call)) as DirectoryEntry;
  const client = organizationClient(b(), entry, { purpose: 'TREAT' });
  const { entry: found } = (await client.search({ resourceType: 'Observation' })) as { entry?: unknown[] };
  equal(found?.length, 3);
  throws(() => organizationClient(b(), { ...entry, status: 'suspended' }, { purpose: 'TREAT' }), OrganizationError);
  throws(() => organizationClient(b(), { ...entry, tokenUrl: null }, { purpose: 'TREAT' }), OrganizationError);
});

it('is out when it is suspended, and in again when it is reinstated', async () => {
  await change({ kind: 'suspend', id: 'hospital-b' });
  await outNow();
  await change({ kind: 'reinstate', id: 'hospital-b' });
  equal(await ask(next), 200);
});

it('is out when the purpose is taken away, for that purpose', async () => {
  await change({ kind: 'amend', id: 'hospital-b', changes: { purposes: ['HPAYMT'] } });
  await outNow();
  ok((await fresh('HPAYMT')) !== '');
  await change({ kind: 'amend', id: 'hospital-b', changes: { purposes: ['TREAT'] } });
  equal(await ask(next), 200);
});

it('takes a stolen key away itself: what was asked for with it ends, and what the new one asks for is served', async () => {
  const { privateJwk } = gateway.sandbox.clients['hospital-c'];
  const { kid, kty, crv, x, y, alg } = privateJwk as Record<string, string>;
  await directory('hospital-b', 'UpdateOwn', JSON.stringify({ jwks: { keys: [{ kid, kty, crv, x, y, alg }] } }));
  await outNow();
  const renewed = { ...b(), privateJwk };
  token = (await requestToken(renewed, { tokenUrl: gateway.sandbox.tokenUrl, purpose: 'TREAT' })).accessToken;
  equal(await ask(next), 200);
});
