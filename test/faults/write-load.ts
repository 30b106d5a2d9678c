/** Writers who never stop, and remember what they were told. */
import { equal } from 'node:assert/strict';
import { randomInt, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer, Reachable } from '../testing/caller.ts';

/** A version that the gateway said it had taken. */
export type Acknowledged = {
  /** `Type/id/_history/version` */
  readonly reference: string;
  /** What was sent; undefined for a delete. */
  readonly sent: object | undefined;
  /** What came back, where that was the resource. */
  readonly text: string | undefined;
};

/** What shares an identifier: all of it or nothing may be there. */
export type Unit = { readonly identifier: string; readonly size: number; readonly outcome: 'refused' | 'unknown' };

export type Observed = {
  readonly acknowledged: readonly Acknowledged[];
  readonly units: readonly Unit[];
  /** Identifiers of conditional creates, and the references that they were answered with. */
  readonly conditional: ReadonlyMap<string, ReadonlySet<string>>;
};

type GoOn = (outcome: 'answer' | 'silence') => boolean | Promise<boolean>;
type Resource = { readonly resourceType: 'Basic'; readonly [element: string]: unknown };

const system = 'urn:test:load';
const basic = (identifier: string, detail: unknown): Resource => ({
  resourceType: 'Basic',
  identifier: [{ system, value: identifier }],
  code: { text: JSON.stringify(detail) },
});
const referenceOf = (location: string | null | undefined): string => (location ?? '').split('/').slice(-4).join('/');

/** Loads until the gateway is gone, or for as long as it is told to. */
export class WriteLoad {
  private readonly gateway: Reachable;
  private readonly acknowledged: Acknowledged[] = [];
  private readonly units: Unit[] = [];
  private readonly conditional = new Map<string, Set<string>>();
  private readonly first = Promise.withResolvers<void>();
  /** Answers of which nothing came, as silence. */
  private isNoAnswer = (status: number): boolean => status >= 500;
  private readonly keys = Array.from({ length: 5 }, () => randomUUID());

  constructor(gateway: Reachable) {
    this.gateway = gateway;
  }

  /** Resolves with the first answer: a gateway that has just started takes a second for it. */
  get begun(): Promise<void> {
    return this.first.promise;
  }

  /** Resolves with what was seen, once every writer has met silence. */
  run(writers: number): Promise<Observed> {
    return this.observe(writers, (outcome) => outcome === 'answer');
  }

  /** Goes on through silence, a pause after each request, until the signal aborts; also where a clock that jumped has ended the token. */
  runUntil(signal: AbortSignal, writers: number, pauseMs: number): Promise<Observed> {
    this.isNoAnswer = (status) => status >= 500 || status === 401;
    return this.observe(writers, async () => {
      await sleep(pauseMs);
      return !signal.aborted;
    });
  }

  private async observe(writers: number, goOn: GoOn): Promise<Observed> {
    await Promise.all(Array.from({ length: writers }, () => this.write(goOn)));
    const { acknowledged, units, conditional } = this;
    return { acknowledged, units, conditional };
  }

  private async write(goOn: GoOn): Promise<void> {
    const own = randomUUID();
    const steps = [
      () => this.create(),
      () => this.update(own),
      () => this.transaction(own),
      () => this.badTransaction(),
      () => this.conditionalCreate(),
      () => this.delete(own),
    ];
    for (;;) {
      const step = steps[randomInt(steps.length)]!;
      if (!(await goOn(await step()))) return;
    }
  }

  /** Undefined where no answer came, or none that says what became of it. */
  private async send(...request: Parameters<Reachable['send']>): Promise<Answer | undefined> {
    try {
      const answer = await this.gateway.send(...request);
      return this.isNoAnswer(answer.status) ? undefined : answer;
    } catch {
      return undefined;
    }
  }

  private async create(): Promise<'answer' | 'silence'> {
    const identifier = randomUUID();
    const sent = basic(identifier, randomInt(1e9));
    const answer = await this.send('POST', 'Basic', { body: JSON.stringify(sent) });
    if (answer === undefined) return this.silence({ identifier, size: 1 });
    equal(answer.status, 201, answer.text);
    return this.acknowledge(referenceOf(answer.headers.get('location')), sent, answer.text);
  }

  private async update(id: string): Promise<'answer' | 'silence'> {
    const sent = { ...basic(id, randomInt(1e9)), id };
    const answer = await this.send('PUT', `Basic/${id}`, { body: JSON.stringify(sent) });
    if (answer === undefined) return 'silence';
    equal(Math.floor(answer.status / 100), 2, answer.text);
    return this.acknowledge(referenceOf(answer.headers.get('location')), sent, answer.text);
  }

  private async delete(id: string): Promise<'answer' | 'silence'> {
    const answer = await this.send('DELETE', `Basic/${id}`);
    if (answer === undefined) return 'silence';
    equal(answer.status, 204, answer.text);
    const [, version] = /^W\/"(\d+)"$/.exec(answer.headers.get('etag') ?? '') ?? [];
    return version === undefined ? 'answer' : this.acknowledge(`Basic/${id}/_history/${version}`, undefined, undefined);
  }

  private async transaction(own: string): Promise<'answer' | 'silence'> {
    const identifier = randomUUID();
    const creates = Array.from({ length: 4 }, (_, at) => basic(identifier, at));
    const update = { ...basic(identifier, 'update'), id: own };
    const entry = [
      ...creates.map((resource) => ({ resource, request: { method: 'POST', url: 'Basic' } })),
      { resource: update, request: { method: 'PUT', url: `Basic/${own}` } },
    ];
    const body = JSON.stringify({ resourceType: 'Bundle', type: 'transaction', entry });
    const answer = await this.send('POST', '', { body });
    if (answer === undefined) return this.silence({ identifier, size: entry.length });
    equal(answer.status, 200, answer.text);
    const answered = JSON.parse(answer.text) as { entry: { response: { location: string } }[] };
    answered.entry.forEach(({ response }, at) =>
      this.acknowledge(referenceOf(response.location), entry[at]?.resource, undefined),
    );
    return 'answer';
  }

  private async badTransaction(): Promise<'answer' | 'silence'> {
    const identifier = randomUUID();
    const resources = [basic(identifier, 1), { ...basic(identifier, 2), mood: 'bad' }, basic(identifier, 3)];
    const entry = resources.map((resource) => ({ resource, request: { method: 'POST', url: 'Basic' } }));
    const body = JSON.stringify({ resourceType: 'Bundle', type: 'transaction', entry });
    const answer = await this.send('POST', '', { body });
    this.units.push({ identifier, size: 0, outcome: 'refused' });
    if (answer === undefined) return 'silence';
    equal(answer.status, 422, answer.text);
    return 'answer';
  }

  private async conditionalCreate(): Promise<'answer' | 'silence'> {
    const identifier = this.keys[randomInt(this.keys.length)]!;
    const references = this.conditional.get(identifier) ?? new Set();
    this.conditional.set(identifier, references);
    const sent = basic(identifier, 'once');
    const headers = { 'if-none-exist': `identifier=${system}|${identifier}` };
    const answer = await this.send('POST', 'Basic', { body: JSON.stringify(sent), headers });
    if (answer === undefined) return 'silence';
    const reference = referenceOf(answer.headers.get('location'));
    references.add(reference);
    return this.acknowledge(reference, sent, answer.text);
  }

  private acknowledge(reference: string, sent: object | undefined, text: string | undefined): 'answer' {
    this.first.resolve();
    this.acknowledged.push({ reference, sent, text });
    return 'answer';
  }

  private silence(unit: Omit<Unit, 'outcome'>): 'silence' {
    this.units.push({ ...unit, outcome: 'unknown' });
    return 'silence';
  }
}

/** How many records carry the identifier in their newest version. */
export const countOf = async (gateway: Reachable, identifier: string): Promise<number> => {
  const { text } = await gateway.send('GET', `Basic?identifier=${system}|${identifier}&_summary=count`);
  return (JSON.parse(text) as { total: number }).total;
};
