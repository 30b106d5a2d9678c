import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { describe, it } from 'node:test';
import { ChartsealError } from '@chartseal/ports';
import fc from 'fast-check';
import { createMetrics } from '../metrics/metrics.ts';
import { observedLedger } from '../metrics/observed-ledger.ts';
import { systemClock } from '../clock.ts';
import { inBatchSpan } from './batch.ts';
import { activeSpan, inSpan } from './span.ts';
import { startTracing, traceInMemory } from './start-tracing.ts';
import { spanOf, traceHeaders } from './trace-headers.ts';

const made = async (name: string) => inSpan(name, {}, async () => ({ ...traceHeaders(), span: activeSpan() }));

describe('without a collector', () => {
  it('nothing is traced, and events have no headers', async () => {
    const tracing = startTracing({ service: 'test', version: '0', endpoint: undefined });
    assert.deepEqual(await made('a'), { span: undefined });
    await tracing[Symbol.asyncDispose]();
  });
});

describe('a trace', () => {
  it('goes with an event, and what is made of that event is part of it', async () => {
    await using tracing = traceInMemory('test');
    const event = await made('request');
    assert.match(event.headers?.['traceparent'] ?? '', /^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
    const from = spanOf(event);
    assert.equal(from?.spanId, event.span?.spanId);
    const of = await inBatchSpan('work', {}, from === undefined ? [] : [from, from], async () => activeSpan());
    assert.equal(of?.traceId, event.span?.traceId);
    assert.equal(tracing.spans().at(-1)?.links.length, 1);
  });

  it('of a batch that several made begins anew and links to each, to no more than 64', async () => {
    await using tracing = traceInMemory('test');
    const events = await Promise.all(Array.from({ length: 100 }, () => made('request')));
    const from = events.flatMap((event) => spanOf(event) ?? []);
    const of = await inBatchSpan('work', {}, from, async () => activeSpan());
    assert.ok(events.every(({ span }) => span?.traceId !== of?.traceId));
    assert.equal(tracing.spans().at(-1)?.links.length, 64);
  });

  it('is taken from no header that is not one', () => {
    fc.assert(
      fc.property(fc.string(), (traceparent) => {
        const known = spanOf({ headers: { traceparent } });
        return known === undefined || /^[0-9a-f]{32}$/.test(known.traceId);
      }),
    );
  });

  it('tells a failure by its kind alone', async () => {
    await using tracing = traceInMemory('test');
    await assert.rejects(inSpan('a', {}, () => Promise.reject(new Error('MRN-4711'))));
    await assert.rejects(inSpan('b', {}, () => Promise.reject(new ChartsealError('fenced', 'MRN-4711'))));
    assert.deepEqual(
      tracing.spans().map(({ attributes }) => attributes['error.type']),
      ['internal', 'fenced'],
    );
    const told = JSON.stringify(tracing.spans().map(({ status, events, attributes }) => [status, events, attributes]));
    assert.ok(!told.includes('MRN-4711'));
  });
});

describe('a collector', () => {
  it('gets the spans that are left when the process ends', async () => {
    const bodies: string[] = [];
    const collector = createServer((req, res) => {
      let body = '';
      req.on('data', (chunk: Buffer) => (body += chunk.toString('latin1')));
      req.on('end', () => {
        bodies.push(`${req.url} ${body}`);
        res.end('{}');
      });
    });
    await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
    const address = collector.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const tracing = startTracing({ service: 'anchor', version: '1', endpoint: `http://127.0.0.1:${port}/` });
    await made('sequence');
    await tracing[Symbol.asyncDispose]();
    collector.close();
    assert.equal(bodies.length, 1);
    assert.match(bodies[0] ?? '', /^\/v1\/traces .*chartseal-anchor.*sequence/s);
  });

  it('that is away holds nobody up', async () => {
    const tracing = startTracing({ service: 'anchor', version: '1', endpoint: 'http://127.0.0.1:9' });
    await made('sequence');
    const startedMs = performance.now();
    await tracing[Symbol.asyncDispose]();
    assert.ok(performance.now() - startedMs < 5000);
  });
});

describe('the ledger, observed', () => {
  it('tells contract, transaction and outcome of a submission, and never its arguments', async () => {
    await using tracing = traceInMemory('test');
    const metrics = createMetrics({ service: 'test', version: '0', clock: systemClock });
    const refuses = {
      network: 'n',
      mspId: 'A',
      submit: () => Promise.reject(new ChartsealError('ledger-refused', 'no')),
    };
    const ledger = observedLedger({ ...refuses } as never, { metrics, clock: systemClock });
    const call = { contract: 'consent', transaction: 'SubmitDirective', args: ['MRN-4711'] } as const;
    await assert.rejects(ledger.submit(call));
    const labels = 'contract="consent",transaction="SubmitDirective",outcome="ledger-refused"';
    assert.ok((await metrics.text()).includes(`chartseal_ledger_submit_duration_seconds_count{${labels}} 1`));
    assert.ok(!JSON.stringify(tracing.spans().map(({ attributes }) => attributes)).includes('MRN-4711'));
  });
});
