import { ChartsealError, type Ledger } from '@chartseal/ports';
import type { Clock, Logger, Metrics } from '@chartseal/server';
import type { Engines } from './compose-engines.ts';
import type { ServiceConfig } from './service-config.ts';

export type OpenLedger = AsyncDisposable & Ledger;

export const composeLedger = async (
  _config: ServiceConfig,
  _engines: Engines,
  _options: { readonly clock: Clock; readonly log: Logger; readonly metrics: Metrics },
): Promise<OpenLedger> => {
  throw new ChartsealError('misconfigured', 'not yet');
};
