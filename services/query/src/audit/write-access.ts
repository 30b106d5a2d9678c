import { NumberSpelling } from '@chartseal/fhir';
import { ChartsealError, type Draft } from '@chartseal/ports';
import { sealVersion } from '@chartseal/server';
import type { QueryDependencies } from '../dependencies.ts';
import { decisionsOf, outcomeOf, type AccessEvent } from './access-event.ts';
import { auditEvent, type AccessCircumstances } from './audit-event.ts';
import { authorizationEvents } from './authorization-event.ts';

/** Handles of the entries that tell of a disclosure, in the order of the trail. */
export type WrittenTrail = readonly string[];

/**
 * Makes the trail of one answer durable, all of it in one unit. Whoever discloses awaits it before the first byte.
 * @throws ChartsealError `store-unavailable`, whatever went wrong: the client may ask again, and has been given nothing.
 */
export const writeAccess = async (
  deps: QueryDependencies,
  trail: readonly AccessEvent[],
  circumstances: AccessCircumstances,
): Promise<WrittenTrail> => {
  if (trail.length === 0) return [];
  const drafts = trail.flatMap((event) =>
    [auditEvent(event, circumstances), ...authorizationEvents(event, circumstances)].map((resource, at) => ({
      ...accessDraft(deps, event, resource),
      discloses: at === 0 && outcomeOf(event).effect === 'permit' && decisionsOf(event).length > 0,
    })),
  );
  try {
    const written = await deps.records.commit({ touches: [], exclusive: [], plan: () => drafts });
    return written.filter((_, at) => drafts[at]?.discloses).map(({ handle }) => handle);
  } catch (error) {
    throw new ChartsealError('store-unavailable', 'the access could not be audited', {}, { cause: error });
  }
};

const accessDraft = (
  deps: QueryDependencies,
  event: AccessEvent,
  resource: { readonly resourceType: 'AuditEvent' },
): Draft => {
  const key = { resourceType: 'AuditEvent', id: deps.randomUuid() };
  return {
    ...key,
    kind: 'content',
    seal: (position) =>
      sealVersion({
        resource,
        numbers: new NumberSpelling(),
        key,
        ...position,
        announcement: { log: 'access', ...outcomeOf(event) },
        randomBytes: deps.randomBytes,
        fhirBaseUrl: deps.fhirBaseUrl,
      }),
  };
};
