import { deepEqual, equal, match, ok, rejects, throws } from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openKafka, topicTable } from '@chartseal/kafka';
import type { KafkaEventLog, KafkaSettings } from '@chartseal/kafka';
import { isKind } from '@chartseal/ports';
import type { OutgoingEvent, ReceivedEvent } from '@chartseal/ports';
import { skipWithout } from './available.ts';
import { announcedBroker } from './kafka-broker.ts';

const topic = 'chartseal.record.accepted.v1';
const checkpoints = 'chartseal.checkpoint.anchored.v1';
const broker = announcedBroker();
const hangingMember = fileURLToPath(new URL('hanging-member.ts', import.meta.url));
const opened: KafkaEventLog[] = [];

const open = (settings: Partial<KafkaSettings>, base = broker.mutualTls()): KafkaEventLog => {
  const kafka = openKafka({ ...base, ...settings });
  opened.push(kafka);
  return kafka;
};

/** The broker's permissions are for names that begin with the first word. */
const newPrefix = (): string => `chartseal.${randomUUID()}.`;

async function until(what: string, condition: () => boolean | Promise<boolean>, patienceMs = 60_000): Promise<void> {
  const deadline = Date.now() + patienceMs;
  while (!(await condition())) {
    ok(Date.now() < deadline, `it took too long until ${what}`);
    await sleep(20);
  }
}

type Member = { readonly received: ReceivedEvent[]; leave(): Promise<void> };

const join = (kafka: KafkaEventLog, group: string, topics = [topic], received: ReceivedEvent[] = []): Member => {
  const leaving = new AbortController();
  const handler = async (batch: readonly ReceivedEvent[]): Promise<void> => {
    await sleep(1);
    received.push(...batch);
  };
  const ended = kafka.events.subscribe({ group, topics }, handler, leaving.signal);
  return {
    received,
    leave: async () => {
      leaving.abort();
      await ended;
    },
  };
};

const identityOf = ({ key, value }: OutgoingEvent): string => `${key} ${value}`;

/** In the order of their first appearance, for each key; a redelivery may repeat an event. */
const isOrdered = (events: readonly OutgoingEvent[]): boolean =>
  [...Map.groupBy(events, ({ key }) => key).values()].every((ofKey) => {
    const values = [...new Set(ofKey.map(({ value }) => Number(value)))];
    return values.every((value, index) => index === 0 || value > (values[index - 1] ?? 0));
  });

/** As the outbox does: the same events until they are acknowledged, then the next. */
async function publishUntil(signal: AbortSignal, kafka: KafkaEventLog, keys: readonly string[]) {
  const acknowledged: OutgoingEvent[] = [];
  for (let number = 0; !signal.aborted; number += 1) {
    const events = keys.map((key) => ({ topic, key, value: String(number) }));
    while (
      !(await kafka.events.publish(events).then(
        () => true,
        () => false,
      ))
    );
    acknowledged.push(...events);
    await sleep(5);
  }
  return acknowledged;
}

describe('Kafka: faults and settings', { skip: skipWithout('kafka') }, () => {
  before(() => broker.up());
  after(async () => {
    for (const kafka of opened) await kafka.close();
  });

  it('kill -9 three times amid publishing and consuming: nothing acknowledged is lost, and each key keeps its order', async () => {
    const topicPrefix = newPrefix();
    const [shared, alone]: [ReceivedEvent[], ReceivedEvent[]] = [[], []];
    const members = [
      join(open({ topicPrefix }), 'shared', [topic], shared),
      join(open({ topicPrefix }), 'shared', [topic], shared),
      join(open({ topicPrefix }), 'alone', [topic], alone),
    ];
    const enough = new AbortController();
    const publishers = [0, 1].map((publisher) =>
      publishUntil(
        enough.signal,
        open({ topicPrefix, publishTimeoutMs: 4000 }),
        [0, 1, 2, 3].map((key) => `key-${publisher}-${key}`),
      ),
    );
    for (let kill = 0; kill < 3; kill += 1) {
      await sleep(2000);
      broker.kill();
      await sleep(kill * 2500);
      await broker.up();
    }
    await sleep(2000);
    enough.abort();
    const acknowledged = (await Promise.all(publishers)).flat();
    for (const received of [shared, alone]) {
      const isMissing = (): OutgoingEvent[] => {
        const seen = new Set(received.map(identityOf));
        return acknowledged.filter((event) => !seen.has(identityOf(event)));
      };
      await until('all acknowledged events came', () => isMissing().length === 0);
      ok(isOrdered(received));
      const repeated = received.length - new Set(received.map(identityOf)).size;
      console.log(`${acknowledged.length} acknowledged, all received, ${repeated} of them repeatedly`);
    }
    for (const member of members) await member.leave();
  });

  it('a broker that froze: what was acknowledged after a send that was given up is there', async () => {
    const topicPrefix = newPrefix();
    const kafka = open({ topicPrefix, publishTimeoutMs: 2000 });
    const event = (value: string): OutgoingEvent => ({ topic, key: 'key', value });
    await kafka.events.publish([event('0')]);
    broker.freeze();
    await rejects(kafka.events.publish([event('1')]), (error) => isKind(error, 'store-unavailable'));
    broker.thaw();
    await until('it is acknowledged', () =>
      kafka.events.publish([event('2')]).then(
        () => true,
        () => false,
      ),
    );
    await kafka.events.publish([event('3')]);
    const member = join(kafka, `${topicPrefix}group`);
    await until('the last came', () => member.received.some(({ value }) => value === '3'));
    await member.leave();
    ok(['0', '2', '3'].every((value) => member.received.some((received) => received.value === value)));
  });

  it('members of a group may read different topics: each gets its own', async () => {
    const topicPrefix = newPrefix();
    const group = `${topicPrefix}group`;
    const kafka = open({ topicPrefix });
    const narrow = join(kafka, group, [topic]);
    const wide = join(open({ topicPrefix }), group, [topic, checkpoints]);
    const events = Array.from({ length: 24 }, (_, key) => ({ topic, key: String(key), value: '0' }));
    await kafka.events.publish([...events, { topic: checkpoints, key: 'log', value: '0' }]);
    const all = (): ReceivedEvent[] => [...narrow.received, ...wide.received];
    await until('all came', () => new Set(all().map(identityOf)).size === 25);
    ok(wide.received.some((received) => received.topic === checkpoints));
    ok(!narrow.received.some((received) => received.topic === checkpoints));
    await narrow.leave();
    await wide.leave();
  });

  it('gives the events of a member that froze to another within ten seconds', async () => {
    const topicPrefix = newPrefix();
    const subscription = { group: 'group', topics: [topic] };
    const settings = { ...broker.mutualTls(), topicPrefix };
    const kafka = open({ topicPrefix });
    await kafka.events.publish([{ topic, key: 'key', value: '0' }]);
    const child = spawn(process.execPath, [hangingMember, JSON.stringify({ settings, subscription })], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    const member = join(kafka, 'group');
    await sleep(1000);
    child.kill('SIGSTOP');
    const frozen = performance.now();
    await until('another got them', () => member.received.length > 0);
    const seconds = (performance.now() - frozen) / 1000;
    console.log(`taken over after ${seconds.toFixed(1)} s`);
    child.kill('SIGKILL');
    await member.leave();
    ok(seconds < 10, `it took ${seconds} s`);
  });

  it('says how far a group is behind', async () => {
    const topicPrefix = newPrefix();
    const group = `${topicPrefix}group`;
    const kafka = open({ topicPrefix });
    const behind = async (): Promise<number> =>
      (await kafka.events.lag(group, [topic])).reduce((sum, { events }) => sum + events, 0);
    await kafka.events.publish(Array.from({ length: 30 }, (_, key) => ({ topic, key: String(key), value: '0' })));
    equal(await behind(), 30);
    const member = join(kafka, group);
    await until('nothing is left', async () => (await behind()) === 0);
    await member.leave();
    equal(member.received.length, 30);
  });

  it('makes the topics with the partitions, cleanup and retention of the table, as its own tool sees them', async () => {
    const topicPrefix = newPrefix();
    await open({ topicPrefix }).ready();
    const described = await broker.tool('org.apache.kafka.tools.TopicCommand', '--describe');
    const linesOf = (name: string): string | undefined =>
      described.split('\n').find((line) => line.startsWith(`Topic: ${topicPrefix}${name}\t`));
    for (const [name, { partitions, cleanup, retentionMs }] of topicTable) {
      match(linesOf(name) ?? '', new RegExp(`PartitionCount: ${partitions}\\b`));
      match(linesOf(name) ?? '', new RegExp(`cleanup\\.policy=${cleanup}\\b`));
      match(linesOf(name) ?? '', new RegExp(`\\.ms=${retentionMs}\\b`));
    }
    equal(topicTable.size, 10);
  });

  it('will not work on a topic that is compacted where events would be lost, and tells of other differences', async () => {
    const topicPrefix = newPrefix();
    const create = (name: string, ...config: string[]): Promise<string> =>
      broker.tool(
        'org.apache.kafka.tools.TopicCommand',
        '--create',
        '--topic',
        topicPrefix + name,
        '--partitions',
        '2',
        ...config,
      );
    await create(topic, '--config', 'cleanup.policy=compact');
    await rejects(
      open({ topicPrefix }).ready(),
      (error) => isKind(error, 'misconfigured') && /compacted/.test(error.message),
    );
    const other = newPrefix();
    await broker.tool('org.apache.kafka.tools.TopicCommand', '--create', '--topic', other + topic, '--partitions', '2');
    const differences: string[] = [];
    const kafka = openKafka(
      { ...broker.mutualTls(), topicPrefix: other },
      { onDifference: ({ topic: name, setting, found }) => void differences.push(`${name} ${setting}=${found}`) },
    );
    opened.push(kafka);
    await kafka.ready();
    deepEqual(differences, [`${other}${topic} partitions=2`, `${other}${topic} retention.ms=604800000`]);
  });

  it('lets a consumer read as a group of its own, and neither write, make topics, nor read as the gateway', async () => {
    const topicPrefix = newPrefix();
    const gateway = open({ topicPrefix });
    await gateway.events.publish([{ topic, key: 'key', value: '0' }]);
    const reasons: string[] = [];
    const consumer = openKafka(
      { ...broker.mutualTls('consumer'), topicPrefix },
      { onRestart: ({ reason }) => void reasons.push(reason) },
    );
    opened.push(consumer);
    const isRefused = (error: unknown): boolean =>
      isKind(error, 'misconfigured') && /AUTHORIZATION_FAILED/.test(String(error));
    await rejects(consumer.events.publish([{ topic, key: 'key', value: '1' }]), isRefused);
    await rejects(consumer.events.publish([{ topic: `${topic}.dlq`, key: 'key', value: '1' }]), isRefused);
    const member = join(consumer, 'group');
    await until('the group was refused', () => reasons.length > 0);
    await member.leave();
    // kafkajs keeps to itself why it found no coordinator for a group that this principal may not join.
    match(reasons[0] ?? '', /Group|GROUP/);
    const seen: string[] = [];
    await gateway.events.read(topic, async (batch) => void seen.push(...batch.map(({ value }) => value)));
    deepEqual(seen, ['0']);
  });

  it('takes a password over TLS; refuses a wrong one, a stranger without certificate, another authority and plaintext', async () => {
    const base = broker.password();
    const kafka = open({ topicPrefix: newPrefix() }, base);
    await kafka.events.publish([{ topic: checkpoints, key: 'log', value: '0' }]);
    const { sasl, ssl, ...plain } = { ...broker.mutualTls(), ...base };
    ok(sasl !== undefined && ssl !== undefined);
    throws(
      () => openKafka(plain),
      (error) => isKind(error, 'misconfigured'),
    );
    const mutual = broker.mutualTls();
    const refused: readonly KafkaSettings[] = [
      { ...base, sasl: { ...sasl, password: 'another' } },
      { ...mutual, requireTls: false, ssl },
      { ...mutual, ssl: { ...mutual.ssl, ca: '' } },
    ];
    const kinds = await Promise.all(
      refused.map((settings) =>
        open({}, settings)
          .ready()
          .then(
            () => 'accepted',
            (error: unknown) => (isKind(error, 'misconfigured') ? 'misconfigured' : String(error)),
          ),
      ),
    );
    deepEqual(kinds, ['misconfigured', 'misconfigured', 'misconfigured']);
  });
});
