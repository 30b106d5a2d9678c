import { Client } from 'pg';
import { ChartsealError } from '@chartseal/ports';

/** How to reach a database. `host` is the directory of the socket; the kernel vouches for who connects, no password. */
export type ConnectionSettings = {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
};

const role = 'chartseal';

const quote = (name: string): string => {
  if (/^[a-z][a-z0-9_]{0,62}$/.test(name)) return `"${name}"`;
  throw new ChartsealError('misconfigured', 'a database name has 1 to 63 of a-z, 0-9 and _');
};

async function administer<T>(server: ConnectionSettings, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ ...server, user: 'postgres', database: 'postgres', connectionTimeoutMillis: 10_000 });
  // Without a listener a connection that breaks would end the process.
  client.on('error', () => {});
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** The role and the database that the gateway works with; made if they are missing. */
export const ensureDatabase = (server: ConnectionSettings): Promise<void> =>
  administer(server, async (client) => {
    const roles = await client.query('select from pg_roles where rolname = $1', [role]);
    if (roles.rowCount === 0) await client.query(`create role ${quote(role)} login`);
    const databases = await client.query('select from pg_database where datname = $1', [server.database]);
    if (databases.rowCount === 0) await client.query(`create database ${quote(server.database)} owner ${quote(role)}`);
  });

/** A database more, a copy of `template` if one is given, to which nobody may be connected. */
export const createDatabase = async (
  server: ConnectionSettings,
  name: string,
  template = 'template0',
): Promise<ConnectionSettings> => {
  await administer(server, async (client) => {
    await client.query(`create database ${quote(name)} owner ${quote(role)} template ${quote(template)}`);
  });
  return { ...server, database: name };
};
