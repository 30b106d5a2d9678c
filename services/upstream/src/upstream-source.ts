import type { UpstreamCheckpointStore } from '@chartseal/ports';
import type { Clock, MetricSource } from '@chartseal/server';

/** What the store says of the upstream: the same in the process that reads it and in those that stand by. */
export const upstreamSource = (
  upstream: string,
  checkpoints: Pick<UpstreamCheckpointStore, 'checkpoints' | 'refusedCounts'>,
  clock: Pick<Clock, 'wallMs'>,
  types: readonly string[] | undefined,
): MetricSource => ({
  name: 'upstream',
  gauges: ['chartseal_upstream_lag_seconds', 'chartseal_upstream_types_loading', 'chartseal_upstream_refused'],
  sample: async () => {
    const [all, refused] = await Promise.all([checkpoints.checkpoints(upstream), checkpoints.refusedCounts(upstream)]);
    const nowMs = clock.wallMs();
    // One that is not to be read any more grows old, and nobody minds.
    const held = all.filter(({ resourceType }) => types?.includes(resourceType) !== false);
    return [
      ...held.flatMap(({ resourceType: type, checkpoint: { completeAtMs } }) =>
        completeAtMs === undefined
          ? []
          : [
              {
                gauge: 'chartseal_upstream_lag_seconds' as const,
                labels: { type },
                value: Math.max(0, nowMs - completeAtMs) / 1000,
              },
            ],
      ),
      {
        gauge: 'chartseal_upstream_types_loading',
        value: held.filter(({ checkpoint }) => checkpoint.since === undefined).length,
      },
      ...refused.map(({ resourceType: type, records }) => ({
        gauge: 'chartseal_upstream_refused' as const,
        labels: { type },
        value: records,
      })),
    ];
  },
});
