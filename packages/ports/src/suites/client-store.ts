import { deepEqual, equal, rejects } from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import type { ClientStore, OwnClient } from '../client-store.ts';
import { isKind } from '../errors.ts';

export type ClientStoreFixture = {
  /** Empty at first. */
  readonly clients: ClientStore;
  /** The same store through connections of its own, as another process has it. */
  readonly others: ClientStore;
  /** Milliseconds since the epoch: what the stores' clock says from now on. */
  setTime(now: number): void;
  crash(): Promise<void>;
  close(): Promise<void>;
};

const now = Date.UTC(2026, 0, 2);

const newClient = (clientId: string = randomUUID()): OwnClient => ({
  clientId,
  name: 'The “lab”',
  jwks: { keys: [{ kty: 'EC', crv: 'P-256', x: 'x', y: 'y', kid: 'k' }] },
  scope: 'system/*.rs',
  purposeOfUse: 'TREAT',
});

export const clientStoreSuite = (name: string, openFixture: () => Promise<ClientStoreFixture>): void => {
  describe(`ClientStore: ${name}`, () => {
    let fixture: ClientStoreFixture;
    before(async () => {
      fixture = await openFixture();
      fixture.setTime(now);
    });
    after(() => fixture.close());

    it('law 1: a client that was added survives a crash', async () => {
      deepEqual(await fixture.clients.list(), []);
      const clients = [newClient('b'), newClient('a')];
      for (const client of clients) await fixture.clients.add(client);
      await fixture.crash();
      deepEqual(await fixture.clients.find('b'), clients[0]);
      deepEqual(await fixture.others.list(), clients.toReversed());
      equal(await fixture.clients.find('c'), undefined);
    });

    it('law 1: a clientId is given once', async () => {
      const client = newClient();
      const outcomes = await Promise.allSettled(
        [fixture.clients, fixture.others, fixture.clients].map((store, index) =>
          store.add({ ...client, name: `${index}` }),
        ),
      );
      equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1);
      await rejects(fixture.clients.add(client), (error) => isKind(error, 'conflict'));
    });

    it('law 2: a jti is used once, over all processes and restarts', async () => {
      const jti = randomUUID();
      const answers = await Promise.all(
        [fixture.clients, fixture.others, fixture.clients, fixture.others].map((store) =>
          store.useJti('issuer', jti, now + 300_000),
        ),
      );
      deepEqual(answers.sort(), ['again', 'again', 'again', 'first']);
      await fixture.crash();
      equal(await fixture.clients.useJti('issuer', jti, now + 300_000), 'again');
      equal(await fixture.clients.useJti('another issuer', jti, now + 300_000), 'first');
      equal(await fixture.clients.useJti('issuer', 'j'.repeat(100_000), now + 300_000), 'first');
    });

    it('law 2: until it expires', async () => {
      const jti = randomUUID();
      equal(await fixture.clients.useJti('issuer', jti, now + 1000), 'first');
      fixture.setTime(now + 999);
      equal(await fixture.others.useJti('issuer', jti, now + 1000), 'again');
      fixture.setTime(now + 3_600_000);
      equal(await fixture.clients.useJti('issuer', jti, now + 3_601_000), 'first');
      equal(await fixture.others.useJti('issuer', jti, now + 3_601_000), 'again');
    });
  });
};
