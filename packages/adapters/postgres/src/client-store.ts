import { hash } from 'node:crypto';
import { ChartsealError } from '@chartseal/ports';
import type { ClientStore, OwnClient } from '@chartseal/ports';
import type { Database, Statement } from './database/database.ts';

type Row = {
  readonly client_id: string;
  readonly name: string;
  readonly jwks: string;
  readonly scope: string;
  readonly purpose_of_use: string;
};

const toClient = (row: Row): OwnClient => ({
  clientId: row.client_id,
  name: row.name,
  jwks: JSON.parse(row.jwks) as OwnClient['jwks'],
  scope: row.scope,
  purposeOfUse: row.purpose_of_use,
});

/** Both are the caller's own words, of any length: a btree takes 2.7 kB. */
const jtiId = (issuer: string, jti: string): string =>
  hash('sha256', JSON.stringify([issuer, jti]), 'hex').slice(0, 32);

const cleanEveryMs = 60_000;
/** A clock that jumped ahead and came back must not have forgotten what may be sent again then. */
const keptAfterExpiryMs = 86_400_000;

/** The hospital's own clients, and the assertions that were used. */
export function postgresClientStore(database: Database, clock: { now(): number }): ClientStore {
  let cleanedAt = 0;

  const write = async (statement: Statement): Promise<boolean> => (await database.write(statement)).length > 0;

  /** Ones that expired long ago need not be known: an assertion that has expired is refused anyway. */
  const clean = async (now: number): Promise<void> => {
    if (now - cleanedAt < cleanEveryMs) return;
    cleanedAt = now;
    await write({
      name: 'clean-jti',
      text: 'delete from used_jti where expires_at <= $1',
      values: [now - keptAfterExpiryMs],
    });
  };

  return {
    add: async ({ clientId, name, jwks, scope, purposeOfUse }) => {
      const isAdded = await write({
        text: `insert into own_client (client_id, name, jwks, scope, purpose_of_use) values ($1, $2, $3, $4, $5)
          on conflict do nothing returning client_id`,
        values: [clientId, name, JSON.stringify(jwks), scope, purposeOfUse],
      });
      if (!isAdded) throw new ChartsealError('conflict', `there is a client ${clientId}`);
    },

    find: async (clientId) => {
      const text = 'select * from own_client where client_id = $1';
      const [row] = await database.read<Row>({ name: 'find-client', text, values: [clientId] });
      return row && toClient(row);
    },

    list: async () => (await database.read<Row>({ text: 'select * from own_client order by client_id' })).map(toClient),

    useJti: async (issuer, jti, expiresAtMs) => {
      const now = clock.now();
      await clean(now);
      const isFirst = await write({
        name: 'use-jti',
        text: `insert into used_jti as old (id, expires_at) values ($1, $2)
          on conflict (id) do update set expires_at = $2 where old.expires_at <= $3 returning id`,
        values: [jtiId(issuer, jti), expiresAtMs, now],
      });
      return isFirst ? 'first' : 'again';
    },
  };
}
