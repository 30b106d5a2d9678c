import type { ImportStore } from '@chartseal/ports';
import type { Clock, MetricSource } from '@chartseal/server';

/** What the store says of imports: the same in the process that carries them out and in those that stand by. */
export const importSource = (imports: Pick<ImportStore, 'next'>, clock: Pick<Clock, 'wallMs'>): MetricSource => ({
  name: 'imports',
  gauges: ['chartseal_import_age_seconds'],
  sample: async () => {
    const job = await imports.next();
    const value = job === undefined ? 0 : Math.max(0, clock.wallMs() - job.acceptedAtMs) / 1000;
    return [{ gauge: 'chartseal_import_age_seconds', value }];
  },
});
