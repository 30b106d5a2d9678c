import { ChartsealError, type OwnClient } from '@chartseal/ports';
import { parseScopes } from '@chartseal/server';
import { composeOperation } from './compose-operation.ts';
import { members } from './sandbox/members.ts';

/**
 * Registers a system of this hospital's. A directory id stands for the organisation itself and cannot be taken.
 * @throws ChartsealError `conflict` for an id that is taken, `invalid` for a scope that cannot be read
 */
export const addClient = async (dataDirectory: string, client: OwnClient): Promise<void> => {
  if ((members as readonly string[]).includes(client.clientId)) {
    throw new ChartsealError('conflict', 'this id is that of an organisation in the directory: choose another');
  }
  if (parseScopes(client.scope) === undefined) {
    throw new ChartsealError(
      'invalid',
      'the scope cannot be read: give SMART v2 system scopes, such as system/Observation.crs',
    );
  }
  await using operation = await composeOperation(dataDirectory);
  await operation.stores.clients.add(client);
};
