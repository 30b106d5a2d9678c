import { composeLedger, version } from '@chartseal/engines';
import { ChartsealError, type ErasureStore, type Ledger, type LogName, type LogStore } from '@chartseal/ports';
import type { StoreInspection } from '@chartseal/postgres';
import { createLog, createMetrics, systemClock, type Clock } from '@chartseal/server';
import { currentLogIdentities, type LogIdentity } from '@chartseal/service-anchor';
import { composeOperation } from './compose-operation.ts';
import { composeSandboxLedger } from './compose-sandbox-ledger.ts';
import { layout } from './layout.ts';
import type { Operation } from './operation.ts';

export type RecoveryEngines = AsyncDisposable & {
  readonly logs: LogStore;
  readonly erasures: ErasureStore;
  readonly inspection: StoreInspection;
  readonly ledger: Ledger;
  readonly identities: Readonly<Record<LogName, LogIdentity>>;
  readonly logOrigin: string;
  readonly clock: Clock;
};

/** Store and ledger, to be written: nothing else of the gateway may run. @throws ChartsealError `conflict` while something does */
export const composeRecovery = async (operation: Operation): Promise<RecoveryEngines> => {
  await using opening = new AsyncDisposableStack();
  const engines = opening.use(await composeOperation(operation));
  const { stores, vault, logOrigin } = engines;
  const inspection = await engines.inspection();
  opening.defer(() => inspection.close());
  const ledger = await openLedger(operation, engines, opening);
  const identities = await currentLogIdentities(vault, logOrigin, stores.logs);
  const stack = opening.move();
  return {
    logs: stores.logs,
    erasures: stores.erasures,
    inspection,
    ledger,
    identities,
    logOrigin,
    clock: systemClock,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
};

const openLedger = async (
  operation: Operation,
  engines: Awaited<ReturnType<typeof composeOperation>>,
  opening: AsyncDisposableStack,
): Promise<Ledger> => {
  if (operation.mode === 'hospital')
    return opening.use(
      await composeLedger(operation, engines, {
        log: createLog({ service: 'operator', level: 'silent' }),
        metrics: createMetrics({ service: 'operator', version, clock: systemClock }),
        unsettled: 'leave',
      }),
    );
  try {
    const { ledger: directory } = layout(operation.dataDirectory);
    const sandbox = opening.use(await composeSandboxLedger(directory, engines.vault, systemClock));
    return sandbox.connections['hospital-a'];
  } catch (cause) {
    throw new ChartsealError('conflict', 'the gateway runs: stop it, and recover then', {}, { cause });
  }
};
