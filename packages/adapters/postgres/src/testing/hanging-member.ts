/** A process for tests to kill: a member of a group that never ends handling its first batch. */
import type { PostgresSettings } from '../index.ts';
import { openPostgres } from '../index.ts';

type Order = {
  readonly settings: PostgresSettings;
  readonly subscription: { group: string; topics: readonly string[] };
};

const [, , order = ''] = process.argv;
const { settings, subscription } = JSON.parse(order) as Order;
const { events } = await openPostgres(settings);
const hang = (): Promise<void> => {
  process.stdout.write('holding\n');
  return new Promise(() => {});
};
await events.subscribe(subscription, hang, new AbortController().signal);
