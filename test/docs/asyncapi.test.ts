/** docs/asyncapi.yaml against the official schema of AsyncAPI, against Kafka's topics, and against every event that a gateway really sends. */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import specs from '@asyncapi/specs';
import { findRunningPostgres } from '@chartseal/embedded';
import { topicTable } from '@chartseal/kafka';
import type { ReceivedEvent } from '@chartseal/ports';
import { openPostgres, type PostgresStores } from '@chartseal/postgres';
import { Ajv, type ValidateFunction } from 'ajv';
import formats from 'ajv-formats';
import { parse } from 'yaml';
import { chartseal } from '../testing/chartseal.ts';
import { acceptProxy, systemEnvironment } from '@chartseal/client';
import { GatewayProcess } from '../testing/gateway-process.ts';
import { createObservation, createPatient, enrolDevice } from '../testing/patient.ts';

type Json = { readonly [name: string]: unknown };
type Schema = Json & { readonly properties?: Readonly<Record<string, Schema>>; readonly $ref?: string };
type Message = {
  readonly payload: Schema;
  readonly traits?: readonly Json[];
  readonly examples: readonly { readonly payload: unknown; readonly headers?: unknown }[];
  readonly bindings: { readonly kafka: { readonly key: Schema } };
};
type Channel = {
  readonly address: string;
  readonly messages: Readonly<Record<string, Json>>;
  readonly bindings: { readonly kafka: Json & { readonly topicConfiguration: Json } };
};
type Document = Json & { readonly channels: Readonly<Record<string, Channel>> };

const document = parse(readFileSync(new URL('../../docs/asyncapi.yaml', import.meta.url), 'utf8')) as Document;

/** What a local reference names. @throws Error if there is nothing */
const resolve = (reference: string): unknown => {
  let found: unknown = document;
  for (const step of reference.slice(2).split('/')) found = (found as Json | undefined)?.[step];
  if (found === undefined) throw new Error(`${reference} names nothing`);
  return found;
};

/** The document without references; every object takes the members that it lists and no others. */
const closed = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(closed);
  if (typeof value !== 'object' || value === null) return value;
  const { $ref } = value as Schema;
  if (typeof $ref === 'string') return closed(resolve($ref));
  const members = Object.fromEntries(Object.entries(value).map(([name, member]) => [name, closed(member)]));
  return 'properties' in members && !('additionalProperties' in members)
    ? { ...members, additionalProperties: false }
    : members;
};

const ajv = new Ajv({ allErrors: true, strict: true, strictTypes: false });
formats.default(ajv);

type Checks = {
  readonly payload: ValidateFunction;
  readonly headers: ValidateFunction;
  readonly key: ValidateFunction;
  readonly schema: Schema;
  readonly examples: Message['examples'];
};

const checksOf = (reference: string): Checks => {
  const message = closed(resolve(reference)) as Message;
  const headers = message.traits?.map((trait) => trait['headers']).find((each) => each !== undefined);
  return {
    payload: ajv.compile(message.payload),
    headers: ajv.compile((headers ?? { type: 'object' }) as Schema),
    key: ajv.compile(message.bindings.kafka.key),
    schema: message.payload,
    examples: message.examples,
  };
};

/** By topic; dead letters are told from the marks beside them by their type. */
const messagesOf = (topic: string): readonly Checks[] => {
  const channel = Object.values(document.channels).find(
    ({ address }) => address === topic || isDeadLetters(address, topic),
  );
  return Object.values(channel?.messages ?? {}).map(({ $ref }) => checksOf(String($ref)));
};
const isDeadLetters = (address: string, topic: string): boolean => address === '{topic}.dlq' && topic.endsWith('.dlq');

/** Paths of all members that the schema describes. */
const described = ({ properties = {} }: Schema, at = ''): string[] =>
  Object.entries(properties).flatMap(([name, schema]) => [`${at}${name}`, ...described(schema, `${at}${name}.`)]);
const present = (value: unknown, at = ''): string[] =>
  typeof value !== 'object' || value === null
    ? []
    : Object.entries(value).flatMap(([name, member]) => [`${at}${name}`, ...present(member, `${at}${name}.`)]);

it('docs/asyncapi.yaml is what the official schema of AsyncAPI 3.0 asks for, and its references name something', () => {
  const official = new Ajv({ allErrors: true, strict: false, meta: false, validateSchema: false, logger: false });
  formats.default(official);
  const schema: object = specs.schemas['3.0.0'];
  const isValid = official.compile(schema);
  ok(isValid(document), JSON.stringify(isValid.errors, undefined, 1));
  closed(document);
});

it('docs/asyncapi.yaml has the topics of Kafka, as they are made', () => {
  const documented = Object.values(document.channels).flatMap(({ address, bindings: { kafka } }) => {
    const { 'cleanup.policy': cleanup, 'retention.ms': retention } = kafka.topicConfiguration;
    const settings = { partitions: kafka['partitions'], cleanup: String(cleanup), retention };
    const topics =
      address === '{topic}.dlq' ? [...topicTable.keys()].filter((name) => name.endsWith('.dlq')) : [address];
    return topics.map((topic) => [topic, settings] as const);
  });
  const made = [...topicTable].map(([topic, { partitions, cleanup, retentionMs }]) => {
    const retention = cleanup === 'delete' ? retentionMs : undefined;
    return [topic, { partitions, cleanup, retention }] as const;
  });
  deepEqual(Object.fromEntries(documented), Object.fromEntries(made));
});

it('the examples of docs/asyncapi.yaml are valid by its own schemas', () => {
  for (const topic of topicTable.keys())
    for (const { payload, headers, examples } of messagesOf(topic))
      for (const example of examples) {
        ok(payload(example.payload), `${topic}: ${ajv.errorsText(payload.errors)}`);
        ok(headers(example.headers ?? {}), ajv.errorsText(headers.errors));
      }
});

describe('every event that a gateway sends', () => {
  let gateway: GatewayProcess;
  let stores: PostgresStores;
  const names: string[] = [];
  const sent = new Map<string, ReceivedEvent[]>();

  before(async () => {
    gateway = await GatewayProcess.start();
    const connection = await findRunningPostgres(join(gateway.dataDirectory, 'postgres'));
    ok(connection !== undefined);
    stores = await openPostgres(connection);
    names.push(...(await livedThrough(gateway)));
    await buriedAndPutBack();
    await settled();
    for (const topic of topicTable.keys()) sent.set(topic, await eventsOf(topic));
  });
  after(async () => {
    await stores.close();
    await gateway[Symbol.asyncDispose]();
  });

  const eventsOf = async (topic: string): Promise<ReceivedEvent[]> => {
    const events: ReceivedEvent[] = [];
    await stores.events.read(topic, async (batch) => void events.push(...batch));
    return events;
  };

  /** What nobody could understand, with headers, and `chartseal dlq`. */
  const buriedAndPutBack = async (): Promise<void> => {
    const topic = 'chartseal.record.accepted.v1';
    await stores.events.publish([{ topic, key: 'a stranger’s', value: '{', headers: { 'x-from': 'a stranger' } }]);
    const until = Date.now() + 10_000;
    while ((await eventsOf(`${topic}.dlq`)).length === 0 && Date.now() < until) await sleep(50);
    const environment = { GATEWAY_DATA_DIR: gateway.dataDirectory };
    const listed = await chartseal(['dlq', 'list', '--values'], environment);
    ok(listed.output.includes('"reason":"not-json"') && listed.output.includes('"x-from"'), listed.output);
    const replayed = await chartseal(['dlq', 'replay', '--limit', '1'], environment);
    equal(replayed.status, 0, replayed.output);
  };

  /** Until every version has been anchored and nothing is left in the outbox. */
  const settled = async (): Promise<void> => {
    const until = Date.now() + 20_000;
    for (;;) {
      const anchored = (await eventsOf('chartseal.record.anchored.v1')).length;
      const accepted = (await eventsOf('chartseal.record.accepted.v1')).filter(({ value }) => value.length > 1).length;
      if (anchored === accepted && (await stores.outbox.depth()) === 0) return;
      ok(Date.now() < until, 'not everything was anchored in time');
      await sleep(100);
    }
  };

  for (const topic of topicTable.keys()) {
    const isUsed = !topic.endsWith('.dlq') || topic === 'chartseal.record.accepted.v1.dlq';

    it(`${topic}: ${isUsed ? 'is as the document says, and each member that it describes occurs' : 'none is sent'}`, () => {
      const events = (sent.get(topic) ?? []).filter(({ key }) => topic.endsWith('.dlq') || key !== 'a stranger’s');
      equal(events.length > 0, isUsed);
      if (!isUsed) return;
      const messages = messagesOf(topic);
      const occurring = messages.map(() => new Set<string>());
      for (const { key, value, headers = {} } of events) {
        const event = JSON.parse(value) as Json;
        const at = messages.findIndex(({ payload }) => payload(event));
        const checks = messages[at];
        ok(
          checks !== undefined,
          `${value}\n${messages.map(({ payload }) => ajv.errorsText(payload.errors)).join('\n')}`,
        );
        ok(checks.key(key), `${key}: ${ajv.errorsText(checks.key.errors)}`);
        ok(checks.headers(headers), `${JSON.stringify(headers)}: ${ajv.errorsText(checks.headers.errors)}`);
        for (const path of present(event)) occurring[at]?.add(path);
      }
      for (const [at, { schema }] of messages.entries())
        deepEqual(
          described(schema).filter((path) => occurring[at]?.has(path) !== true),
          [],
        );
    });
  }

  it('holds no FHIR id and no identifier', () => {
    ok(names.length > 3);
    for (const [topic, events] of sent)
      for (const { key, value, headers } of events)
        for (const name of names)
          ok(!`${key} ${value} ${JSON.stringify(headers)}`.includes(name), `${topic} names ${name}`);
  });

  it('is about each kind of change', () => {
    const operations = (sent.get('chartseal.consent.changed.v1') ?? []).map(
      ({ value }) => (JSON.parse(value) as { data: { operation: string } }).data.operation,
    );
    const [consents] = messagesOf('chartseal.consent.changed.v1');
    const { operation } = consents?.schema.properties?.['data']?.properties ?? {};
    const documented = (operation?.['enum'] ?? []) as readonly string[];
    // The patient enrolled twice.
    deepEqual(operations.toSorted(), ['enrol', ...documented].toSorted());
    const effects = (sent.get('chartseal.access.decided.v1') ?? []).map(
      ({ value }) => (JSON.parse(value) as { data: { effect: string } }).data.effect,
    );
    deepEqual(new Set(effects), new Set(['permit', 'deny']));
  });
});

/** Makes each kind of event happen. @returns what no event may name */
const livedThrough = async (gateway: GatewayProcess): Promise<readonly string[]> => {
  const mrn = 'MRN-0815-4711';
  const patient = await createPatient(gateway);
  const body = JSON.stringify({ resourceType: 'Patient', id: mrn, name: [{ family: 'Zweistein' }] });
  const put = await gateway.send('PUT', `Patient/${mrn}`, { body });
  equal(put.status, 201, put.text);
  const observation = await createObservation(gateway, patient);
  const read = (): Promise<unknown> => gateway.send('GET', observation.reference, { as: 'hospital-b' });
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  await read();
  const device = await enrolDevice(gateway, patient);
  const { consentId } = await device.grant({ to: 'hospital-b', purposes: ['TREAT'] });
  await read();
  await device.revoke(consentId);
  await device.rotateKey();
  const { acceptance } = await acceptProxy(
    await device.inviteProxy(),
    systemEnvironment(async () => {}),
  );
  const { proxyId } = await device.appointProxy(acceptance, { scope: ['grant'], end: Date.now() + 60_000 });
  await device.dismissProxy(proxyId);
  await device.freeze();
  await device.unfreeze();
  for (const operation of ['$freeze', '$unfreeze']) {
    const parameters = '{"resourceType":"Parameters"}';
    const answer = await gateway.send('POST', `Patient/${patient}/${operation}`, { body: parameters });
    ok(answer.status < 300, answer.text);
  }
  // The old handle is closed.
  await enrolDevice(gateway, patient);
  const removed = await gateway.send('DELETE', observation.reference, { headers: { traceparent } });
  ok(removed.status < 300, removed.text);
  return [patient, mrn, 'Zweistein', observation.id, '14749-6'];
};
