/** One trace from a request to the ledger, over the outbox and the event log, where all that processes share are event headers. */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { openObservedSandbox, type ObservedSandbox } from './observed-sandbox.ts';

type Spans = ReturnType<ObservedSandbox['spans']>;

const observation = '{"resourceType":"Observation","status":"final","code":{"text":"a"}}';

describe('A trace', () => {
  let gateway: ObservedSandbox;
  before(async () => {
    gateway = await openObservedSandbox();
  });
  after(() => gateway[Symbol.asyncDispose]());

  /** Spans that ended during the work and until it was anchored. */
  const during = async (work: () => Promise<unknown>): Promise<Spans> => {
    const before = gateway.spans().length;
    await work();
    for (let waited = 0; waited < 10_000; waited += 50) {
      const spans = gateway.spans().slice(before);
      if (spans.some(({ name }) => name === 'anchor')) return spans;
      await sleep(50);
    }
    throw new Error('nothing was anchored');
  };
  const post = async (): Promise<void> => {
    equal((await gateway.send('POST', 'Observation', { body: observation })).status, 201);
  };
  /** The first anchoring of a log claims it too, which is no version's. */
  const isClaim = ({ attributes }: Spans[number]): boolean => attributes['chartseal.transaction'] === 'Claim';
  const traceOf = (spans: Spans, name: string): readonly string[] =>
    spans.filter((span) => span.name === name && !isClaim(span)).map((span) => span.spanContext().traceId);

  it('goes from the request to the ledger, as one', async () => {
    await gateway.token('hospital-a', 'TREAT');
    const spans = await during(post);
    const [trace] = traceOf(spans, 'POST /fhir/:resourceType');
    ok(trace !== undefined);
    for (const name of ['commit', 'outbox relay', 'sequence', 'anchor', 'ledger submit']) {
      deepEqual([...new Set(traceOf(spans, name))], [trace], name);
    }
    const submit = spans.find((span) => span.name === 'ledger submit' && !isClaim(span));
    deepEqual(submit?.attributes, { 'chartseal.contract': 'anchor', 'chartseal.transaction': 'Anchor' });
    const parents = new Map(spans.map((span) => [span.spanContext().spanId, span.parentSpanContext?.spanId]));
    ok(parents.has(submit?.parentSpanContext?.spanId ?? ''));
    // The version accepted, the version anchored, the checkpoint.
    const carrying = async (): Promise<number> =>
      (await gateway.rows('event')).filter((row) => row.includes(trace)).length;
    for (let waited = 0; waited < 5000 && (await carrying()) < 3; waited += 50) await sleep(50);
    equal(await carrying(), 3);
  });

  it('of several requests that one batch carries is told by links', async () => {
    const spans = await during(() => Promise.all(Array.from({ length: 20 }, post)));
    const asked = traceOf(spans, 'POST /fhir/:resourceType');
    equal(new Set(asked).size, 20);
    const sequenced = spans.filter(({ name }) => name === 'sequence');
    const linked = sequenced.flatMap(({ links }) => links.map(({ context }) => context.traceId));
    deepEqual([...new Set(linked)].toSorted(), asked.toSorted());
  });

  it('is not begun by a stranger’s word', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const before = gateway.spans().length;
    await gateway.send('GET', 'metadata', { as: 'nobody', headers: { traceparent } });
    const [span] = gateway.spans().slice(before);
    equal(span?.name, 'GET /fhir/metadata');
    ok(span.spanContext().traceId !== '0af7651916cd43dd8448eb211c80319c');
  });
});
