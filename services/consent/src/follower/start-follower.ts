import type { Leases } from '@chartseal/ports';
import { startElected, startLoop, type Metrics } from '@chartseal/server';
import type { ConsentDependencies } from '../dependencies.ts';
import { settlePending } from '../directives/settle.ts';
import { followLedger } from './follow-ledger.ts';

export type FollowerDependencies = ConsentDependencies & {
  readonly leases: Leases;
  /** Which process this is. */
  readonly holder: string;
  readonly metrics: Pick<Metrics, 'count' | 'set'>;
};

/** What one process of the gateway does beside its requests: follows the ledger, and submits what it has not answered. */
export const startFollower = (dependencies: FollowerDependencies): AsyncDisposable =>
  startElected({ ...dependencies, task: 'consent', work: () => work(dependencies) });

const work = (dependencies: FollowerDependencies): AsyncDisposable => {
  const loops = new AsyncDisposableStack();
  const settle = { name: 'settle directives', intervalMs: 1000, step: () => settlePending(dependencies) };
  const follow = {
    name: 'follow consent',
    intervalMs: 100,
    longestBackoffMs: 5000,
    step: (signal: AbortSignal) => followLedger(dependencies, signal),
  };
  for (const loop of [settle, follow]) loops.use(startLoop(loop, dependencies));
  return loops;
};
