import { requireOwn, type Principal } from '@chartseal/server';
import { searchContext, type IngestDependencies } from '../dependencies.ts';
import { refuseIssues, refusal } from '../intake.ts';
import { batch, readAfter } from './batch.ts';
import type { Return } from '../prefer.ts';
import { readEntry } from './entry.ts';
import { readEnvelope } from './envelope.ts';
import { readBundle } from './read-bundle.ts';
import { responseBundle, type EntryOutcome } from './response.ts';
import { transaction, writesOf } from './transaction.ts';

/** POST of a Bundle to the base (R4 http.html#transaction). Answers the response Bundle as text. */
export const postBundle = async (
  dependencies: IngestDependencies,
  principal: Principal,
  body: Buffer,
  { requestId, preferred }: { requestId: string; preferred: Return | undefined },
): Promise<string> => {
  const { resource, numbers } = await readBundle(body);
  const { resourceType, type } = resource;
  if (resourceType !== 'Bundle' || (type !== 'batch' && type !== 'transaction')) {
    throw refusal('malformed', {
      code: 'invalid',
      expression: 'Bundle.type',
      diagnostics: 'the base takes a Bundle of type batch or transaction',
    });
  }
  if (type === 'transaction') requireOwn(principal);
  const envelope = readEnvelope(resource);
  if (type === 'batch')
    return responseBundle(
      'batch-response',
      await batch(dependencies, principal, envelope, { numbers, requestId, preferred }),
    );
  const entries = envelope.entries.map((raw, index) => readEntry(raw, index, searchContext(dependencies), numbers));
  const writes = writesOf(principal, entries);
  refuseIssues(envelope.issues);
  const outcomes = new Map<number, EntryOutcome>(await transaction(dependencies, writes, numbers, preferred));
  for (const each of entries) {
    if (each.kind === 'read') outcomes.set(each.index, await readAfter(dependencies, principal, each, requestId));
  }
  return responseBundle(
    'transaction-response',
    entries.map(({ index }) => outcomes.get(index) ?? { status: '500' }),
  );
};
