/** A process for tests to kill: a member of a group that never ends handling its first batch. */
import { openKafka } from '@chartseal/kafka';
import type { KafkaSettings } from '@chartseal/kafka';

type Order = {
  readonly settings: KafkaSettings;
  readonly subscription: { group: string; topics: readonly string[] };
};

const [, , order = ''] = process.argv;
const { settings, subscription } = JSON.parse(order) as Order;
const hang = (): Promise<void> => {
  process.stdout.write('holding\n');
  return new Promise(() => {});
};
await openKafka(settings).events.subscribe(subscription, hang, new AbortController().signal);
