import { equal } from 'node:assert/strict';
import type { Reachable } from '../testing/caller.ts';
import { medicines, records, type Resource } from './records.ts';

/** @throws AssertionError if it is there already */
export const storeRecord = async (gateway: Reachable, resource: Resource): Promise<void> => {
  const { resourceType, id } = resource;
  const { status, text } = await gateway.send('PUT', `${resourceType}/${id}`, { body: JSON.stringify(resource) });
  equal(status, 201, text);
};

/** What hospital-a keeps before anybody asks, into an empty store. */
export const storeRecords = async (gateway: Reachable): Promise<void> => {
  for (const resource of [...Object.values(records), ...medicines]) await storeRecord(gateway, resource);
  const identifier = [{ system: 'urn:lab', value: 'ben-weight' }];
  const gone = { ...records['his weight'], id: 'ben-was-it', identifier };
  await storeRecord(gateway, gone);
  equal((await gateway.send('DELETE', `Observation/${gone.id}`)).status, 204);
};
