import type { EventLog } from '@chartseal/ports';
import { composeOperation } from './compose-operation.ts';
import type { Operation } from './operation.ts';

/** The event log of a gateway, for an operator's command. */
export const openEventLog = async (operation: Operation): Promise<AsyncDisposable & { readonly events: EventLog }> => {
  const engines = await composeOperation(operation);
  const events = await engines.eventLog();
  return { events, [Symbol.asyncDispose]: () => engines[Symbol.asyncDispose]() };
};
