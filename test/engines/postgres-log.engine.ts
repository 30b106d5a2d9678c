/** Law 4: PostgreSQL's own log holds no PHI, whatever goes wrong. */
import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Draft, HeldDirective } from '@chartseal/ports';
import { openPostgres, type PostgresStores } from '@chartseal/postgres';
import { Client } from 'pg';
import { skipWithout } from './available.ts';
import { choices, PostgresServer } from './postgres-server.ts';
import { verbatimDraft } from './verbatim-draft.ts';

/** What must never be seen again, in any case. */
const planted = 'Zebediah-Quorn';

const draft = (id: string, content: string): Draft =>
  verbatimDraft({ resourceType: 'Patient', id, patients: [id] }, content);

const word = (more: Partial<HeldDirective>): HeldDirective => ({
  handle: randomUUID(),
  digest: randomUUID(),
  operation: 'put',
  jws: 'a.b.c',
  receivedAt: 1,
  ledger: { state: 'pending' },
  ...more,
});

for (const choice of choices)
  describe(`The log of ${choice.name}`, { skip: skipWithout('postgres') }, () => {
    const server = new PostgresServer(choice, 'log');
    let stores: PostgresStores;
    before(async () => {
      await server.up();
      stores = await openPostgres(server.settings());
    });
    after(async () => {
      await stores.close();
      await server.remove();
    });

    /** As the gateway's role, past the adapter. */
    const attempt = async (text: string, values: readonly unknown[] = []): Promise<string> => {
      const { requireTls, ssl, ...settings } = server.settings();
      ok(requireTls === true);
      const client = new Client({ ...settings, ssl: { ...ssl } });
      client.on('error', () => {});
      await client.connect();
      try {
        await client.query(text, [...values]);
        return 'done';
      } catch (error) {
        return error instanceof Error ? `${error.message} ${'detail' in error ? String(error.detail) : ''}` : '';
      } finally {
        await client.end().catch(() => undefined);
      }
    };

    it('has nothing of what the adapter was given when a statement fails', async () => {
      const commit = (id: string, content: string): Promise<unknown> =>
        stores.records.commit({ touches: [], exclusive: [], plan: () => [draft(id, content)] });
      await commit(`${planted}-1`, `{"name":"${planted}"}`);
      await rejects(commit(`${planted}-2`, `{"name":"${planted}\u0000"}`));
      await rejects(commit(randomBytes(4000).toString('hex') + planted, '{}'));
      await rejects(stores.patients.hold(word({ consentText: `${planted}\u0000` })));
      await rejects(stores.patients.hold(word({ receivedAt: planted as never })));
      const offer = { codeHash: randomUUID(), handle: randomUUID(), patientId: planted, expiresAt: 1 };
      await stores.patients.offer(offer);
      await rejects(stores.patients.offer(offer));
    });

    it('nor when constraint, type, deadlock, time-out or a killed backend speaks of its row', async () => {
      match(
        await attempt(
          `insert into record select id + 1, resource_type, logical_id, 'h', 1, false, 1, 'records' from record`,
        ),
        /Zebediah/,
      );
      match(await attempt('select $1::text::bigint', [planted]), /Zebediah/);
      match(await attempt(`insert into patient_handle values ('h', $1, 'Zebediah-Quorn')`, [planted]), /Zebediah/);
      match(await attempt(`do $$ begin raise exception 'Zebediah-Quorn'; end $$`), /Zebediah/);
      await attempt(`do $$ begin raise warning 'Zebediah-Quorn'; end $$`);
      await attempt(`set statement_timeout = '50ms'; select pg_sleep(1), 'Zebediah-Quorn'`);
      const sleeping = attempt(`select pg_sleep(20), '${planted}'`);
      await sleep(300);
      const [backend] = await server.sql(
        `select pid from pg_stat_activity where query like '%pg_sleep(20)%' and usename = 'chartseal'`,
      );
      process.kill(Number(backend?.['pid']), 'SIGKILL');
      await sleeping;
      // The postmaster restarts its other processes, and all but the log is as after a crash.
      while ((await attempt('select 1').catch(() => '')) !== 'done') await sleep(50);
    });

    it('while it says what an operator needs', () => {
      const log = server.log();
      deepEqual(
        log.split('\n').filter((line) => line.toLowerCase().includes('zebediah')),
        [],
      );
      match(log, /was terminated by signal 9/);
      match(log, /database system is ready to accept connections/);
      equal(log.includes('STATEMENT:'), false);
      equal(log.includes('DETAIL:'), false);
    });
  });
