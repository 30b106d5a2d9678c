import { ChartsealError, type OwnClient } from '@chartseal/ports';
import { parseScopes } from '@chartseal/server';
import { composeOperation, composeOperationLedger } from './compose-operation.ts';
import { directoryIds } from './directory/directory-ids.ts';
import type { Operation } from './operation.ts';

/**
 * Registers a system of this hospital's. A directory id stands for the organisation itself and cannot be taken.
 * @throws ChartsealError `conflict` for an id that is taken, `invalid` for a scope that cannot be read
 */
export const addClient = async (operation: Operation, client: OwnClient): Promise<void> => {
  if (parseScopes(client.scope) === undefined) {
    throw new ChartsealError(
      'invalid',
      'the scope cannot be read: give SMART v2 system scopes, such as system/Observation.crs',
    );
  }
  await using engines = await composeOperation(operation);
  await using onLedger = await composeOperationLedger(operation, engines);
  if ((await directoryIds(onLedger)).includes(client.clientId)) {
    throw new ChartsealError('conflict', 'this id is that of an organisation in the directory: choose another');
  }
  await engines.stores.clients.add(client);
};
