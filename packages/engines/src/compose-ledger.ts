import { openFabric } from '@chartseal/fabric';
import { ChartsealError, isKind } from '@chartseal/ports';
import { type LoopReport, startLoop, submissionsSource, type Metrics } from '@chartseal/server';
import type { Engines } from './compose-engines.ts';
import type { FabricConfig } from './engine-config.ts';
import { lateLedger, type OpenLedger } from './late-ledger.ts';

export type LedgerOptions = {
  readonly log: LoopReport['log'];
  readonly metrics: Metrics;
  /** A service sends again what was left unsettled; an operator's command leaves that to it. */
  readonly unsettled?: 'resume' | 'leave';
};

const resumeEveryMs = 2000;

/**
 * The hospital's connection to the shared ledger. Where the network is pinned, it may be away at start and another one is refused.
 * @throws ChartsealError `misconfigured`; `ledger-unavailable` where it is not pinned
 */
export const composeLedger = async (
  { ledger: config }: { readonly ledger: FabricConfig },
  engines: Pick<Engines, 'stores' | 'vault'>,
  options: LedgerOptions,
): Promise<OpenLedger> => {
  const open = (): Promise<OpenLedger> => openPinned(config, engines, options);
  try {
    return await open();
  } catch (error) {
    const { network, mspId } = config;
    if (network === undefined || !isKind(error, 'ledger-unavailable')) throw error;
    options.log.warn('the ledger is away; own reads and writes go on');
    return lateLedger({ network, mspId, open }, options);
  }
};

const openPinned = async (
  { privateKey, network, ...settings }: FabricConfig,
  { stores, vault }: Pick<Engines, 'stores' | 'vault'>,
  { log, metrics, unsettled = 'resume' }: LedgerOptions,
): Promise<OpenLedger> => {
  const { submissions } = stores;
  await using opening = new AsyncDisposableStack();
  const key = privateKey ?? (await vault.signer('ledger-identity', 'ES256'));
  const fabric = opening.use(await openFabric({ ...settings, key }, { submissions }));
  if (network !== undefined && network !== fabric.network)
    throw new ChartsealError('misconfigured', 'FABRIC_NETWORK is another network than that of the channel');
  if (unsettled === 'resume') {
    metrics.watch(submissionsSource(() => submissions.count()));
    const step = async (): Promise<void> => void (await fabric.resume());
    opening.use(startLoop({ name: 'resume submissions', intervalMs: resumeEveryMs, step }, { log, metrics }));
  }
  const stack = opening.move();
  return { ...fabric, [Symbol.asyncDispose]: () => stack.disposeAsync() };
};
