import type { EventLog } from '@chartseal/ports';
import { composeOperation } from './compose-operation.ts';

/** The event log of the gateway that runs on a data directory, for an operator's command. */
export const openEventLog = async (dataDirectory: string): Promise<AsyncDisposable & { readonly events: EventLog }> => {
  const operation = await composeOperation(dataDirectory);
  return { events: operation.stores.events, [Symbol.asyncDispose]: () => operation[Symbol.asyncDispose]() };
};
