import { equal } from 'node:assert/strict';
import { it } from 'node:test';
import { openPostgres } from '@chartseal/postgres';
import { testDatabase } from './postgres.ts';

it('gives each test a migrated database of its own', async () => {
  const [one, other] = [await testDatabase(), await testDatabase()];
  const [stores, others] = [await openPostgres(one.settings), await openPostgres(other.settings)];
  await stores.clients.useJti('a', 'jti', Date.now() + 60_000);
  equal(await others.clients.useJti('a', 'jti', Date.now() + 60_000), 'first');
  await Promise.all([stores.close(), others.close()]);
  await Promise.all([one.close(), other.close()]);
});
