/** `Patient?identifier=urn:chartseal:patient|<handle>`: how another hospital finds the patient who gave it a handle. */
import type { SearchQuery } from '@chartseal/fhir';
import { ChartsealError, type PatientStore } from '@chartseal/ports';

const handleSystem = 'urn:chartseal:patient';

type Condition = SearchQuery['conditions'][number];

/** The handles of a condition, any of which may match; undefined for a condition on stored identifiers. */
const handlesIn = (condition: Condition): readonly string[] | undefined => {
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
 * The query with handles replaced by the ids of the Patients that they open. Only an open handle finds anyone: one that is
 * offered or closed is as good as unknown.
 */
export const resolveHandles = async (
  query: SearchQuery,
  patients: Pick<PatientStore, 'handle'>,
): Promise<SearchQuery> => {
  if (query.resourceType !== 'Patient') return query;
  const conditions = await Promise.all(query.conditions.map(async (condition) => resolve(condition, patients)));
  return { ...query, conditions };
};

const resolve = async (condition: Condition, patients: Pick<PatientStore, 'handle'>): Promise<Condition> => {
  const handles = handlesIn(condition);
  if (handles === undefined) return condition;
  const known = await Promise.all(handles.map(async (handle) => patients.handle(handle)));
  return { kind: 'id', anyOf: known.flatMap((one) => (one?.state === 'open' ? [one.patientId] : [])) };
};
