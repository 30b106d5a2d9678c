/**
 * Twenty clients in conflict on ten records, with conditional creates, updates under If-Match, patches and transactions: nothing that was
 * acknowledged is lost, nothing is there twice, and nobody sees a 500. For CHARTSEAL_CONFLICT_SECONDS, 6 unless said otherwise.
 */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { GatewayProcess } from '../testing/gateway-process.ts';
import type { Answer, SendOptions } from '../testing/caller.ts';

const seconds = Number(process.env['CHARTSEAL_CONFLICT_SECONDS'] ?? 6);
const clients = 20;
const keys = Array.from({ length: 10 }, (_, index) => `r${index}`);
/** Those of the last two are deleted, too, and made anew. */
const mortal = new Set(keys.slice(-2));

type Coding = { readonly system?: string; readonly code?: string; readonly value?: string };
type Patient = {
  readonly id: string;
  readonly identifier?: readonly Coding[];
  readonly meta?: { readonly tag?: readonly Coding[] };
};

/** What an acknowledged version has to be, seen from the one before it. `mark`: what the client put there. */
type Acknowledged = {
  readonly reference: string;
  readonly change: 'adds' | 'replaces' | 'deletes';
  readonly mark: string;
};

const marker = (mark: string): Coding => ({ system: 'urn:mark', value: mark });
const patient = (key: string, mark: string): object => ({
  resourceType: 'Patient',
  identifier: [{ system: 'urn:conflict', value: key }, marker(mark)],
});
const marksOf = ({ identifier = [], meta }: Patient): readonly string[] =>
  [
    ...identifier.flatMap(({ system, value }) => (system === 'urn:mark' ? [value ?? ''] : [])),
    ...(meta?.tag ?? []).map(({ code }) => code ?? ''),
  ].toSorted();

const pick = <T>(of: readonly T[]): T => of[randomInt(of.length)] as T;
/** The system is part of the condition, or not: both mean the same record. */
const condition = (key: string): string => pick([`identifier=urn:conflict|${key}`, `identifier=${key}`]);

const jsonPatch = (mark: string): string => JSON.stringify([{ op: 'add', path: '/identifier/-', value: marker(mark) }]);
const fhirPathPatch = (mark: string): object => ({
  resourceType: 'Parameters',
  parameter: [
    {
      name: 'operation',
      part: [
        { name: 'type', valueCode: 'add' },
        { name: 'path', valueString: 'Patient' },
        { name: 'name', valueString: 'identifier' },
        { name: 'value', valueIdentifier: marker(mark) },
      ],
    },
  ],
});

class Client {
  readonly acknowledged: Acknowledged[] = [];
  readonly statuses = new Map<number, number>();
  readonly #gateway: GatewayProcess;
  readonly #name: string;
  #marks = 0;

  constructor(gateway: GatewayProcess, name: string) {
    this.#gateway = gateway;
    this.#name = name;
  }

  /** One write on a record of its choice. */
  async act(): Promise<void> {
    const key = pick(keys);
    const acts = [
      () => this.#create(key),
      () => this.#update(key),
      () => this.#replace(key),
      () => this.#patch(key),
      () => this.#fhirPathPatch(key),
      () => this.#tag(key),
      () => this.#transact(key),
      ...(mortal.has(key) ? [() => this.#remove(key)] : []),
    ];
    await pick(acts)();
  }

  #mark(): string {
    this.#marks += 1;
    return `${this.#name}-${this.#marks}`;
  }

  async #send(method: string, path: string, options: SendOptions = {}): Promise<Answer> {
    const answer = await this.#gateway.send(method, path, options);
    this.statuses.set(answer.status, (this.statuses.get(answer.status) ?? 0) + 1);
    ok(answer.status < 500, `${method} ${path}: ${answer.text}`);
    return answer;
  }

  #acknowledge(location: string | null, change: Acknowledged['change'], mark: string): void {
    const reference = /Patient\/[^/]+\/_history\/\d+$/.exec(location ?? '')?.[0];
    ok(reference !== undefined, `no version in ${location}`);
    this.acknowledged.push({ reference, change, mark });
  }

  async #create(key: string): Promise<void> {
    const mark = this.#mark();
    const headers = { 'if-none-exist': condition(key) };
    const answer = await this.#send('POST', 'Patient', { body: JSON.stringify(patient(key, mark)), headers });
    if (answer.status === 201) this.#acknowledge(answer.headers.get('location'), 'replaces', mark);
  }

  async #find(key: string): Promise<Patient | undefined> {
    const { text } = await this.#send('GET', `Patient?identifier=urn:conflict|${key}`);
    const { entry = [] } = JSON.parse(text) as { entry?: readonly { readonly resource: Patient }[] };
    ok(entry.length <= 1, `${entry.length} records of ${key}`);
    return entry[0]?.resource;
  }

  /** Reads, changes, and writes if nobody else has meanwhile. */
  async #update(key: string): Promise<void> {
    const found = await this.#find(key);
    if (found === undefined) return;
    const read = await this.#send('GET', `Patient/${found.id}`);
    if (read.status !== 200) return;
    const mark = this.#mark();
    const now = JSON.parse(read.text) as Patient;
    const body = JSON.stringify({ ...now, identifier: [...(now.identifier ?? []), marker(mark)] });
    const headers = { 'if-match': read.headers.get('etag') ?? '' };
    const answer = await this.#send('PUT', `Patient/${found.id}`, { body, headers });
    if (answer.status === 200) this.#acknowledge(answer.headers.get('location'), 'adds', mark);
  }

  /** Whatever is there is overwritten: that is what it asks for. */
  async #replace(key: string): Promise<void> {
    const mark = this.#mark();
    const answer = await this.#send('PUT', `Patient?${condition(key)}`, { body: JSON.stringify(patient(key, mark)) });
    if (answer.status === 200 || answer.status === 201)
      this.#acknowledge(answer.headers.get('location'), 'replaces', mark);
  }

  async #patch(key: string): Promise<void> {
    const mark = this.#mark();
    const headers = { 'content-type': 'application/json-patch+json' };
    const answer = await this.#send('PATCH', `Patient?${condition(key)}`, { body: jsonPatch(mark), headers });
    if (answer.status === 200) this.#acknowledge(answer.headers.get('location'), 'adds', mark);
  }

  async #fhirPathPatch(key: string): Promise<void> {
    const found = await this.#find(key);
    if (found === undefined) return;
    const mark = this.#mark();
    const answer = await this.#send('PATCH', `Patient/${found.id}`, { body: JSON.stringify(fhirPathPatch(mark)) });
    if (answer.status === 200) this.#acknowledge(answer.headers.get('location'), 'adds', mark);
  }

  async #tag(key: string): Promise<void> {
    const found = await this.#find(key);
    if (found === undefined) return;
    const mark = this.#mark();
    const valueMeta = { tag: [{ system: 'urn:mark', code: mark }] };
    const body = JSON.stringify({ resourceType: 'Parameters', parameter: [{ name: 'meta', valueMeta }] });
    const answer = await this.#send('POST', `Patient/${found.id}/$meta-add`, { body });
    const version = /\d+/.exec(answer.headers.get('etag') ?? '')?.[0];
    if (answer.status === 200) this.#acknowledge(`Patient/${found.id}/_history/${version}`, 'adds', mark);
  }

  /** Several records at once, in no order. */
  async #transact(key: string): Promise<void> {
    const others = keys.filter((each) => each !== key && !mortal.has(each)).toSorted(() => randomInt(3) - 1);
    const patched = [key, ...others.slice(0, 2)];
    const marks = patched.map(() => this.#mark());
    const made = others[3] ?? '';
    const mark = this.#mark();
    const fullUrl = 'urn:uuid:00000000-0000-4000-8000-000000000001';
    const entry = [
      ...patched.map((each, index) => ({
        resource: fhirPathPatch(marks[index] ?? ''),
        request: { method: 'PATCH', url: `Patient?${condition(each)}` },
      })),
      {
        fullUrl,
        resource: patient(made, mark),
        request: { method: 'POST', url: 'Patient', ifNoneExist: condition(made) },
      },
      {
        resource: { resourceType: 'Basic', code: { text: 'conflict' }, subject: { reference: fullUrl } },
        request: { method: 'POST', url: 'Basic' },
      },
    ];
    const answer = await this.#send('POST', '', {
      body: JSON.stringify({ resourceType: 'Bundle', type: 'transaction', entry }),
    });
    if (answer.status !== 200) return;
    const responses = (JSON.parse(answer.text) as { entry: { response: { status: string; location: string } }[] })
      .entry;
    for (const [index, each] of marks.entries())
      this.#acknowledge(responses[index]?.response.location ?? null, 'adds', each);
    const { response } = responses[patched.length] ?? {};
    if (response?.status.startsWith('201') === true) this.#acknowledge(response.location, 'replaces', mark);
  }

  async #remove(key: string): Promise<void> {
    const found = await this.#find(key);
    if (found === undefined) return;
    const answer = await this.#send('DELETE', `Patient/${found.id}`);
    const version = /\d+/.exec(answer.headers.get('etag') ?? '')?.[0];
    if (version !== undefined) this.#acknowledge(`Patient/${found.id}/_history/${version}`, 'deletes', '');
  }
}

/** By version: its marks, or undefined where it is a deletion. */
const historyOf = async (
  gateway: GatewayProcess,
  id: string,
): Promise<ReadonlyMap<number, readonly string[] | undefined>> => {
  type Page = {
    readonly entry?: readonly { readonly resource?: Patient; readonly response?: { readonly etag?: string } }[];
    readonly link?: readonly { readonly relation: string; readonly url: string }[];
  };
  const versions = new Map<number, readonly string[] | undefined>();
  let url: string | undefined = `Patient/${id}/_history?_count=100`;
  while (url !== undefined) {
    const { status, text } = await gateway.send('GET', url);
    equal(status, 200, text);
    const page = JSON.parse(text) as Page;
    for (const { resource, response } of page.entry ?? []) {
      const version = Number(/\d+/.exec(response?.etag ?? '')?.[0]);
      equal(versions.has(version), false, `version ${version} twice`);
      versions.set(version, resource && marksOf(resource));
    }
    url = page.link?.find(({ relation }) => relation === 'next')?.url;
  }
  return versions;
};

describe('Twenty clients in conflict on ten records', () => {
  let gateway: GatewayProcess;
  before(async () => {
    gateway = await GatewayProcess.start();
  });
  after(() => gateway[Symbol.asyncDispose]());

  it(`lose nothing, make nothing twice, and see no 500, for ${seconds} seconds`, async () => {
    const deadline = Date.now() + seconds * 1000;
    const all = Array.from({ length: clients }, (_, index) => new Client(gateway, `c${index}`));
    await Promise.all(
      all.map(async (client) => {
        while (Date.now() < deadline) await client.act();
      }),
    );
    const acknowledged = new Map<string, Acknowledged>();
    for (const each of all.flatMap((client) => client.acknowledged)) {
      ok(!acknowledged.has(each.reference), `${each.reference} was told to two`);
      acknowledged.set(each.reference, each);
    }
    const ids = new Set([...acknowledged.keys()].map((reference) => reference.split('/')[1] ?? ''));
    let versions = 0;
    for (const id of ids) {
      const history = await historyOf(gateway, id);
      versions += history.size;
      for (let version = 1; version <= history.size; version += 1) {
        const told = acknowledged.get(`Patient/${id}/_history/${version}`);
        ok(told !== undefined && history.has(version), `version ${version} is nobody's`);
        const before = history.get(version - 1) ?? [];
        const expected = { adds: [...before, told.mark].toSorted(), replaces: [told.mark], deletes: undefined };
        deepEqual(history.get(version), expected[told.change], `${told.change} ${told.mark}`);
      }
    }
    equal(versions, acknowledged.size);
    const living = await Promise.all(
      keys.map(async (key) => {
        const { text } = await gateway.send('GET', `Patient?identifier=urn:conflict|${key}`);
        return (JSON.parse(text) as { entry?: readonly unknown[] }).entry?.length ?? 0;
      }),
    );
    for (const [index, count] of living.entries()) ok(count === 1 || (mortal.has(keys[index] ?? '') && count === 0));
    ok(versions > clients, `${versions} versions`);
    const statuses = new Map<number, number>();
    for (const { statuses: each } of all)
      for (const [status, count] of each) statuses.set(status, (statuses.get(status) ?? 0) + count);
    console.log(
      `${versions} versions of ${ids.size} records; answers: ${JSON.stringify(Object.fromEntries(statuses))}`,
    );
  });
});
