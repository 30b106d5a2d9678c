import { ChartsealError } from '@chartseal/ports';
import { composeOperation, composeOperationLedger } from './compose-operation.ts';
import { directoryOn, type Directory } from './directory/directory.ts';
import type { Operation } from './operation.ts';

/**
 * The directory for an operator's command.
 * @throws ChartsealError `misconfigured` for the sandbox, whose gateway alone writes to its ledger
 */
export const openDirectory = async (operation: Operation): Promise<Directory & AsyncDisposable> => {
  if (operation.mode === 'sandbox')
    throw new ChartsealError(
      'misconfigured',
      'FABRIC_PEER_ENDPOINT is missing: the sandbox founds its directory itself, this is for a network of hospitals',
    );
  await using opening = new AsyncDisposableStack();
  const engines = opening.use(await composeOperation(operation));
  const { ledger } = opening.use(await composeOperationLedger(operation, engines));
  if (ledger === undefined) throw new ChartsealError('ledger-unavailable', 'there is no ledger');
  const place = { ...operation, mspId: operation.ledger.mspId, vault: engines.vault };
  const stack = opening.move();
  return { ...directoryOn(ledger, place), [Symbol.asyncDispose]: () => stack.disposeAsync() };
};
