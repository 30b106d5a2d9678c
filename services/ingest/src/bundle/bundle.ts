import { requireOwn, type Principal } from '@chartseal/server';
import { searchContext, type IngestDependencies } from '../dependencies.ts';
import { readResource, refusal } from '../intake.ts';
import { batch, readThrough } from './batch.ts';
import { readEntry } from './entry.ts';
import { responseBundle, type EntryOutcome } from './response.ts';
import { transaction } from './transaction.ts';

/** POST of a Bundle to the base (R4 http.html#transaction). Answers the response Bundle as text. */
export const postBundle = async (
  dependencies: IngestDependencies,
  principal: Principal,
  body: string,
  requestId: string,
): Promise<string> => {
  const { resource, numbers } = readResource(body);
  const { resourceType, type, entry = [] } = resource;
  if (resourceType !== 'Bundle' || (type !== 'batch' && type !== 'transaction')) {
    throw refusal('malformed', {
      code: 'invalid',
      expression: 'Bundle.type',
      diagnostics: 'the base takes a Bundle of type batch or transaction',
    });
  }
  if (!Array.isArray(entry))
    throw refusal('malformed', { code: 'structure', expression: 'Bundle.entry', diagnostics: 'must be an array' });
  if (type === 'batch')
    return responseBundle('batch-response', await batch(dependencies, principal, entry, numbers, requestId));
  requireOwn(principal);
  const entries = entry.map((raw: unknown, index) => readEntry(raw, index, searchContext(dependencies)));
  const outcomes = new Map<number, EntryOutcome>(await transaction(dependencies, principal, entries, numbers));
  for (const each of entries) {
    if (each.kind === 'read') outcomes.set(each.index, await readThrough(dependencies, principal, each.url));
  }
  return responseBundle(
    'transaction-response',
    entries.map(({ index }) => outcomes.get(index) ?? { status: '500' }),
  );
};
