import { deepEqual } from 'node:assert/strict';
import { it } from 'node:test';
import { upstreamSource } from './upstream-source.ts';

const store = {
  checkpoints: async () => [
    { resourceType: 'Patient', revision: 1, checkpoint: { since: 'x', completeAtMs: 4000 } },
    { resourceType: 'Observation', revision: 1, checkpoint: { pass: { beganAtMs: 1, startedAt: 'x' } } },
    { resourceType: 'Basic', revision: 1, checkpoint: { since: 'x', completeAtMs: 1000 } },
  ],
  refusedCounts: async () => [{ resourceType: 'Patient', records: 3 }],
};
const clock = { wallMs: () => 10_000 };
const lag = (type: string, value: number) => ({ gauge: 'chartseal_upstream_lag_seconds', labels: { type }, value });
const loading = { gauge: 'chartseal_upstream_types_loading', value: 1 };
const refused = { gauge: 'chartseal_upstream_refused', labels: { type: 'Patient' }, value: 3 };

it('tells how far each type is behind, what loads and what was refused', async () => {
  const source = upstreamSource('https://ehr.example/fhir', store, clock, undefined);
  deepEqual(await source.sample(), [lag('Patient', 6), lag('Basic', 9), loading, refused]);
});

it('tells nothing of a type that is not to be read any more', async () => {
  const source = upstreamSource('https://ehr.example/fhir', store, clock, ['Patient', 'Observation']);
  deepEqual(await source.sample(), [lag('Patient', 6), loading, refused]);
});
