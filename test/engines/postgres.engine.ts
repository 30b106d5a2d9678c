/** The laws of every port that PostgreSQL keeps, over TLS and with a password. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { after } from 'node:test';
import {
  clientStoreSuite,
  eventLogSuite,
  indexOfDraft,
  leasesSuite,
  ledgerCursorSuite,
  logStoreSuite,
  outboxSuite,
  linkPatients,
  patientStoreSuite,
  recordStoreSuite,
} from '@chartseal/ports/suites';
import { openPostgres, type PostgresStores } from '@chartseal/postgres';
import { lackOf } from './available.ts';
import { choices, PostgresServer } from './postgres-server.ts';

const program = fileURLToPath(new URL('postgres-hanging-member.ts', import.meta.url));

for (const choice of lackOf('postgres') === undefined ? choices : []) {
  const server = new PostgresServer(choice, 'suites');
  after(() => server.remove());

  /** Two processes' worth of stores on an empty database. */
  const open = async () => {
    await server.up();
    await server.empty();
    let time: number | undefined;
    const options = { clock: { now: () => time ?? Date.now() }, pollMs: 20, indexOf: indexOfDraft };
    const stores = [
      await openPostgres(server.settings(), options),
      await openPostgres(server.settings(), options),
    ] as const satisfies readonly PostgresStores[];
    return {
      first: stores[0],
      second: stores[1],
      setTime: (now: number) => void (time = now),
      crash: () => server.crash(),
      stop: () => server.down(),
      close: async () => {
        for (const each of stores) await each.close();
      },
    };
  };

  recordStoreSuite(choice.name, async () => {
    const { first, second, ...rest } = await open();
    return { records: first.records, outbox: first.outbox, others: second.records, ...rest };
  });
  outboxSuite(choice.name, async () => {
    const { first, second, ...rest } = await open();
    return { records: first.records, outbox: first.outbox, other: second.outbox, ...rest };
  });
  logStoreSuite(choice.name, async () => {
    const { first, second, ...rest } = await open();
    return { logs: first.logs, outbox: first.outbox, others: second.logs, ...rest };
  });
  patientStoreSuite(choice.name, async () => {
    const { first, second, ...rest } = await open();
    return { patients: first.patients, others: second.patients, link: linkPatients(first.records), ...rest };
  });
  ledgerCursorSuite(choice.name, async () => {
    const { first, second, ...rest } = await open();
    const { ledgerCursor: cursor, patients, outbox } = first;
    return { cursor, patients, outbox, others: second.ledgerCursor, ...rest };
  });
  clientStoreSuite(choice.name, async () => {
    const { first, second, ...rest } = await open();
    return { clients: first.clients, others: second.clients, ...rest };
  });
  leasesSuite(choice.name, async () => {
    const { first, close } = await open();
    return { leases: first.leases, close };
  });
  eventLogSuite(choice.name, async () => {
    const { first, second, ...rest } = await open();
    return {
      events: first.events,
      others: second.events,
      ...rest,
      hangingMember: async (subscription) => {
        const order = JSON.stringify({ settings: server.settings(), subscription });
        const child = spawn(process.execPath, [program], { stdio: ['pipe', 'pipe', 'inherit'] });
        child.stdin.end(order);
        await once(child.stdout, 'data');
        return {
          kill: async () => {
            const gone = once(child, 'exit');
            child.kill('SIGKILL');
            await gone;
          },
        };
      },
    };
  });
}
