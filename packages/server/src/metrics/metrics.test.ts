import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createMetrics } from './metrics.ts';
import type { MetricSource } from './sampling.ts';
import { anchorLagSeconds } from './anchor-lag.ts';
import { cacheSource, consumerLagSource, outboxSource } from './sources.ts';

const world = () => {
  let nowMs = 0;
  const clock = { monotonicMs: () => nowMs };
  const metrics = createMetrics({ service: 'test', version: '1.2.3', clock, minimumAgeMs: 3000, deadlineMs: 50 });
  return {
    metrics,
    later: (ms: number) => void (nowMs += ms),
    line: async (start: string) => (await metrics.text()).split('\n').find((line) => line.startsWith(start)),
  };
};

describe('a scrape', () => {
  it('tells what runs and what the process needs', async () => {
    const { line } = world();
    assert.equal(
      await line('chartseal_build_info{'),
      `chartseal_build_info{service="test",version="1.2.3",node="${process.version}"} 1`,
    );
    assert.match((await line('process_resident_memory_bytes ')) ?? '', /\d/);
  });

  it('goes on where a source fails or hangs: what it gives has no value, and it is named', async () => {
    const { metrics, line, later } = world();
    let depth: () => Promise<number> = async () => 3;
    const hanging: MetricSource = { name: 'hangs', gauges: [], sample: () => new Promise(() => undefined) };
    metrics.watch(outboxSource({ depth: () => depth() }), hanging);
    assert.equal(await line('chartseal_outbox_depth'), 'chartseal_outbox_depth 3');
    assert.equal(
      await line('chartseal_metric_source_up{source="hangs"}'),
      'chartseal_metric_source_up{source="hangs"} 0',
    );
    later(3000);
    depth = () => Promise.reject(new Error('MRN-4711'));
    assert.equal(
      await line('chartseal_metric_source_up{source="outbox"}'),
      'chartseal_metric_source_up{source="outbox"} 0',
    );
    assert.equal(await line('chartseal_outbox_depth'), undefined);
  });

  it('asks its sources no more often than it was told, however often it comes', async () => {
    const { metrics, later } = world();
    let asked = 0;
    metrics.watch(outboxSource({ depth: async () => (asked += 1) }));
    await Promise.all(Array.from({ length: 10 }, () => metrics.text()));
    await metrics.text();
    assert.equal(asked, 1);
    later(3000);
    await metrics.text();
    assert.equal(asked, 2);
  });

  it('takes totals of what is counted elsewhere, and adds up partitions', async () => {
    const { metrics, line, later } = world();
    const stats = { hits: 5, misses: 2, errors: 0 };
    const lag = async () => [
      { topic: 'a', events: 2 },
      { topic: 'a', events: 3 },
    ];
    metrics.watch(
      cacheSource('redis', () => stats),
      consumerLagSource({ anchor: lag }),
    );
    const hits = 'chartseal_cache_requests_total{cache="redis",outcome="hit"}';
    assert.equal(await line(hits), `${hits} 5`);
    stats.hits = 9;
    later(3000);
    assert.equal(await line(hits), `${hits} 9`);
    const lagged = 'chartseal_consumer_lag_events{group="anchor",topic="a"}';
    assert.equal(await line(lagged), `${lagged} 5`);
  });
});

describe('the anchor lag', () => {
  const key = { resourceType: 'Observation', id: 'mrn-4711' };
  const deps = {
    logs: {
      entries: async (_log: string, from: number) => (from < 3 ? [{ handle: 'h', versionId: 1, leafIndex: from }] : []),
    },
    records: {
      byHandle: async () => key,
      vread: async () => ({ lastUpdated: '2026-01-01T00:00:00.000Z' }) as never,
    },
    clock: { wallMs: () => Date.parse('2026-01-01T00:00:12.500Z') },
  };

  it('is the age of the oldest version whose leaf no anchored checkpoint covers', async () => {
    assert.equal(await anchorLagSeconds(deps, 'records', 2), 12.5);
  });

  it('is nothing once all leaves are anchored, and while there are none', async () => {
    assert.equal(await anchorLagSeconds(deps, 'records', 3), 0);
  });
});
