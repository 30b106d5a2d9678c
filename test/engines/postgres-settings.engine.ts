/** Who is let in, and what is said to who is not: one message that names the variable. */
import { equal, match, ok, rejects } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { rootCertificates } from 'node:tls';
import { isKind } from '@chartseal/ports';
import { openPostgres, settingsFromUrl, type PostgresSettings } from '@chartseal/postgres';
import { skipWithout } from './available.ts';
import { choices, PostgresServer } from './postgres-server.ts';

const readme = readFileSync(new URL('../../infra/postgres/README.md', import.meta.url), 'utf8');

for (const choice of choices)
  describe(`Reaching ${choice.name}`, { skip: skipWithout('postgres') }, () => {
    const server = new PostgresServer(choice, 'settings');
    let good: PostgresSettings;
    before(async () => {
      await server.up();
      good = server.settings();
    });
    after(() => server.remove());

    const reaches = async (settings: PostgresSettings): Promise<void> => {
      await (await openPostgres(settings)).close();
    };
    const refused = (settings: PostgresSettings, ...words: readonly RegExp[]): Promise<void> =>
      rejects(openPostgres(settings), (error) => {
        ok(isKind(error, 'misconfigured'), String(error));
        for (const word of words) match(error.message, word);
        ok(!error.message.includes(good.password ?? '-'));
        return true;
      });

    it('by name and by address that the certificate has, with a certificate of its own or without', async () => {
      await reaches(good);
      await reaches({ ...good, host: '127.0.0.1' });
      const [cert, key] = [server.secret('client.pem'), server.secret('client.key')];
      await reaches({ ...good, ssl: { ca: server.secret('ca.pem'), cert, key } });
      const url = `postgresql://chartseal@localhost:${good.port}/chartseal`;
      const { password, ssl } = good;
      await reaches(settingsFromUrl({ url, password, ca: ssl?.ca, requireTls: true }));
      const [row] = await server.sql(
        'select count(*)::int as plain from pg_stat_ssl join pg_stat_activity using (pid) where not ssl and client_addr is not null',
      );
      equal(row?.['plain'], 0);
    });

    it('refuses a certificate for another name, or of another authority', async () => {
      // The same address, by a spelling that the resolver takes and the certificate does not have.
      await refused({ ...good, host: '127.1' }, /POSTGRES_URL/, /another host/);
      await refused({ ...good, ssl: { ca: rootCertificates[0] ?? '' } }, /POSTGRES_CA_FILE/);
    });

    it('refuses plaintext at both ends', async () => {
      const { ssl, requireTls, ...plain } = good;
      ok(ssl !== undefined && requireTls === true);
      await refused({ ...plain, requireTls }, /plaintext/, /POSTGRES_CA_FILE/);
      await refused(plain, /POSTGRES_URL/, /POSTGRES_CA_FILE/);
    });

    it('names what is wrong with user, password and database', async () => {
      await refused({ ...good, password: 'another' }, /POSTGRES_PASSWORD_FILE/);
      await refused({ ...good, password: '', requireTls: false }, /POSTGRES_PASSWORD_FILE/);
      await refused({ ...good, user: 'nobody' }, /POSTGRES_URL/);
      await refused({ ...good, database: 'elsewhere' }, /POSTGRES_URL/);
    });

    it('serves a role that may only read and write rows, once the schema is there', async () => {
      const rows = { ...good, user: 'chartseal_rows', password: 'rows' };
      await server.empty();
      const grants = readme.match(/```sql\n([^`]*)```/)?.[1]?.replace('…', 'rows') ?? '';
      await server.sql(`drop role if exists chartseal_rows`);
      await server.sql(grants, 'chartseal');
      await refused(rows, /POSTGRES_URL/, /owner/);
      await reaches(good);
      const stores = await openPostgres(rows);
      await stores.clients.useJti('issuer', 'jti', Date.now() + 1000);
      await stores.patients.offer({ codeHash: 'c', handle: 'h', patientId: 'p', expiresAt: 1 });
      await stores.events.publish([{ topic: 't', key: 'k', value: 'v' }]);
      ok(await stores.records.isEmpty());
      await stores.close();
    });

    it('says that it cannot be reached where nothing listens', async () => {
      await rejects(openPostgres({ ...good, port: 1 }), (error) => isKind(error, 'store-unavailable'));
    });
  });
