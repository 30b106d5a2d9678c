import { equal } from 'node:assert/strict';
import type { Reachable } from '../testing/caller.ts';
import { laboratoryNumber, medicines, namesakes, records, type Resource } from './records.ts';

/** @throws AssertionError if it is there already */
export const storeRecord = async (gateway: Reachable, resource: Resource): Promise<void> => {
  const { resourceType, id } = resource;
  const { status, text } = await gateway.send('PUT', `${resourceType}/${id}`, { body: JSON.stringify(resource) });
  equal(status, 201, text);
};

const change = async (gateway: Reachable, { resourceType, id, ...rest }: Resource): Promise<void> => {
  const body = JSON.stringify({ resourceType, id, ...rest });
  const { status, text } = await gateway.send('PUT', `${resourceType}/${id}`, { body });
  equal(status, 200, text);
};

const remove = async (gateway: Reachable, { resourceType, id }: Resource): Promise<void> => {
  const { status, text } = await gateway.send('DELETE', `${resourceType}/${id}`);
  equal(status, 204, text);
};

/** What hospital-a keeps before anybody asks, into an empty store. */
export const storeRecords = async (gateway: Reachable): Promise<void> => {
  for (const resource of [...Object.values(records), ...medicines, ...namesakes('ben-weight')])
    await storeRecord(gateway, resource);
  const { 'his weight': weight } = records;
  await change(gateway, { ...weight, ...laboratoryNumber('ben-weight') });
  for (const gone of [{ ...weight, id: 'ben-was-it', ...laboratoryNumber('ben-was-it') }, ...namesakes('ben-was-it')]) {
    await storeRecord(gateway, gone);
    await remove(gateway, gone);
  }
};
