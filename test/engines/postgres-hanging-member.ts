/** A process for tests to kill: a member of a group that never ends handling its first batch. Its order comes on standard input. */
import { text } from 'node:stream/consumers';
import { openPostgres, type PostgresSettings } from '@chartseal/postgres';

type Order = {
  readonly settings: PostgresSettings;
  readonly subscription: { group: string; topics: readonly string[] };
};

const { settings, subscription } = JSON.parse(await text(process.stdin)) as Order;
const { events } = await openPostgres(settings);
const hang = (): Promise<void> => {
  process.stdout.write('holding\n');
  return new Promise(() => {});
};
await events.subscribe(subscription, hang, new AbortController().signal);
