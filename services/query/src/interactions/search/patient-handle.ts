/** `Patient?identifier=urn:chartseal:patient|<handle>`: how another hospital finds the patient who gave it a handle. */
import type { SearchCondition, SearchQuery } from '@chartseal/fhir';
import { ChartsealError, type PatientStore } from '@chartseal/ports';

const handleSystem = 'urn:chartseal:patient';

/** The handles of a condition, any of which may match; undefined for a condition on stored identifiers. */
const handlesIn = (condition: SearchCondition): readonly string[] | undefined => {
  if (condition.kind !== 'token' || condition.code !== 'identifier') return undefined;
  const handles = condition.anyOf.flatMap((test) =>
    test.match === 'system-and-value' && test.system === handleSystem ? [test.value] : [],
  );
  if (handles.length === 0) return undefined;
  if (handles.length < condition.anyOf.length) {
    const diagnostics = 'handles and other identifiers cannot stand in one list';
    throw new ChartsealError('malformed', diagnostics, { issues: [{ code: 'not-supported', diagnostics }] });
  }
  return handles;
};

/**
 * The query with handles replaced by the ids of the Patients that they open, in chains too. Only an open handle finds anyone: one that
 * is offered or closed is as good as unknown.
 */
export const resolveHandles = async (
  query: SearchQuery,
  patients: Pick<PatientStore, 'handle'>,
): Promise<SearchQuery> => {
  const resolved = query.conditions.map(async (condition) => resolve(condition, query.resourceType, patients));
  return { ...query, conditions: await Promise.all(resolved) };
};

const resolve = async (
  condition: SearchCondition,
  resourceType: string,
  patients: Pick<PatientStore, 'handle'>,
): Promise<SearchCondition> => {
  const each = async (conditions: readonly SearchCondition[]): Promise<readonly SearchCondition[]> =>
    Promise.all(conditions.map(async (one) => resolve(one, resourceType, patients)));
  if (condition.kind === 'not')
    return { ...condition, condition: await resolve(condition.condition, resourceType, patients) };
  if (condition.kind === 'any') return { ...condition, of: await each(condition.of) };
  if (condition.kind === 'has') return { ...condition, of: await resolveHandles(condition.of, patients) };
  if (condition.kind === 'chain')
    return { ...condition, of: await Promise.all(condition.of.map(async (query) => resolveHandles(query, patients))) };
  const handles = resourceType === 'Patient' ? handlesIn(condition) : undefined;
  if (handles === undefined) return condition;
  const known = await Promise.all(handles.map(async (handle) => patients.handle(handle)));
  return { kind: 'id', anyOf: known.flatMap((one) => (one?.state === 'open' ? [one.patientId] : [])) };
};
