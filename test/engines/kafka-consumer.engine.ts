/** The consumers of docs/consumer, run as their page says, against events that the services' own code makes. */
import { equal, match, ok, rejects } from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { openKafka, type KafkaEventLog } from '@chartseal/kafka';
import type { OutgoingEvent } from '@chartseal/ports';
import { sealDeletion } from '@chartseal/server';
import { skipWithout } from './available.ts';
import { announcedBroker } from './kafka-broker.ts';

const run = promisify(execFile);
const example = (name: string): string => fileURLToPath(new URL(`../../docs/consumer/${name}`, import.meta.url));
const python = process.env['PYTHON'] ?? 'python3';
const withoutPython =
  spawnSync(python, ['-c', 'import confluent_kafka']).status === 0
    ? false
    : 'Python has no confluent-kafka on this machine';

const broker = announcedBroker();
const topic = 'chartseal.record.accepted.v1';

const accepted = (handle: string, versionId: number): readonly OutgoingEvent[] =>
  sealDeletion({
    handle,
    versionId,
    lastUpdated: '2026-01-01T00:00:00.000Z',
    key: { resourceType: 'Patient', id: 'nobody' },
    announcement: { log: 'records' },
    randomBytes: (size) => new Uint8Array(randomBytes(size)),
    fhirBaseUrl: 'https://gateway.hospital.example/fhir',
  }).events;

describe('The consumers of docs/consumer', { skip: skipWithout('kafka') }, () => {
  let kafka: KafkaEventLog;
  const handle = randomBytes(16).toString('base64url');
  before(async () => {
    await broker.up();
    kafka = openKafka(broker.mutualTls());
    await kafka.ready();
    const events = [...accepted(handle, 1), ...accepted(handle, 2), ...accepted(handle, 2)];
    await kafka.events.publish(events.map((event) => ({ ...event, headers: { traceparent: '00-1-2-01' } })));
  });
  after(() => kafka.close());

  it('consume.py shows each event once, in order, and goes on where it was', { skip: withoutPython }, async () => {
    const consume = async (...more: readonly string[]): Promise<string[]> => {
      const args = [example('consume.py'), '--until-idle', '6', ...more];
      const { stdout } = await run(python, args, { env: broker.consumerEnvironment() });
      return stdout.split('\n').filter((line) => line.includes(handle));
    };
    const lines = await consume(topic);
    equal(lines.length, 2);
    match(lines[0] ?? '', new RegExp(`^${topic}\\[\\d+\\]@\\d+ 2026-01-01T00:00:00\\.000Z ${handle}/1 about https://`));
    match(lines[1] ?? '', new RegExp(`${handle}/2 about`));
    equal((await consume(topic)).length, 0);
    await rejects(
      consume('--group', 'chartseal.anchor', topic),
      /GROUP_AUTHORIZATION_FAILED|Group authorization failed/,
    );
  });

  it('Kafka’s console consumer shows key, headers and event', async () => {
    const environment = broker.consumerEnvironment();
    const { stdout } = await run(example('console'), [topic, '6'], { env: environment });
    const lines = stdout.split('\n').filter((line) => line.includes(handle));
    equal(lines.length, 3);
    match(lines[0] ?? '', /^Partition:\d+\tOffset:\d+\ttraceparent:00-1-2-01\t/);
    const [key, value] = (lines[0] ?? '').split('\t').slice(-2);
    equal(key, handle);
    ok((JSON.parse(value ?? '') as { type: string }).type === topic);
  });
});
