import type { ErasureStatement } from '@chartseal/ports';
import { composeOperation } from './compose-operation.ts';
import type { Operation } from './operation.ts';

/** What the ledger was told, oldest first. */
export const listErasures = async (operation: Operation): Promise<readonly ErasureStatement[]> => {
  await using engines = await composeOperation(operation);
  return engines.stores.erasures.statements();
};

/** Clears what the store's own files keep of everything that was erased so far; answers how many erasures that finished, and what keeps bytes elsewhere. */
export const finishErasures = async (
  operation: Operation,
): Promise<{ readonly finished: number; readonly remaining: readonly string[] }> => {
  await using engines = await composeOperation(operation);
  return engines.finishErasures();
};
