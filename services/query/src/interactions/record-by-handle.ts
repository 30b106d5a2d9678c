/** `$record/<handle>`: events name records by a random handle; here an authorised client of the own hospital learns which. */
import { ChartsealError } from '@chartseal/ports';
import { requireScope, type Principal } from '@chartseal/server';
import { redirectAnswer } from '../release/answer.ts';
import type { QueryDependencies } from '../dependencies.ts';
import type { Run } from './outcome.ts';

/** @throws ChartsealError `forbidden` for other organisations, whatever the handle. */
export const recordByHandle = (deps: QueryDependencies, principal: Principal, handle: string): Run => {
  if (principal.kind !== 'own')
    throw new ChartsealError('forbidden', 'handles are resolved for the own organisation only');
  return async () => {
    const key = await deps.records.byHandle(handle);
    if (key === undefined) throw new ChartsealError('not-found', 'there is no such record');
    requireScope(principal, key.resourceType, 'r');
    return { kind: 'answer', answer: redirectAnswer(`${deps.fhirBaseUrl}/${key.resourceType}/${key.id}`), trail: [] };
  };
};
