import type { SearchCondition, SearchQuery } from '@chartseal/fhir';
import type { Decisions } from '../../decide/decisions.ts';
import { patientCodes } from './compartments.ts';

/**
 * What of the queries is worth a look: those for records of such Patients only of whom nothing will be shown are left out, and so are
 * their alternatives within a compartment. Then how long an answer takes does not tell how much there is of them.
 */
export const hopefulQueries = async (
  decisions: Decisions,
  queries: readonly SearchQuery[],
): Promise<readonly SearchQuery[]> => {
  if (decisions.principal.kind === 'own') return queries;
  const hopeful = await Promise.all(queries.map(async (query) => hopefulQuery(decisions, query)));
  return hopeful.filter((query) => query !== undefined);
};

const hopefulQuery = async (decisions: Decisions, query: SearchQuery): Promise<SearchQuery | undefined> => {
  const codes = patientCodes(query.resourceType);
  const conditions: SearchCondition[] = [];
  for (const condition of query.conditions) {
    const hopeful = await hopefulCondition(decisions, condition, codes);
    if (hopeful === undefined) return undefined;
    conditions.push(hopeful);
  }
  return { ...query, conditions };
};

const hopefulCondition = async (
  decisions: Decisions,
  condition: SearchCondition,
  codes: ReadonlySet<string>,
): Promise<SearchCondition | undefined> => {
  if (condition.kind === 'any') {
    const of = await Promise.all(condition.of.map(async (one) => hopefulCondition(decisions, one, codes)));
    const hopeful = of.filter((one) => one !== undefined);
    return hopeful.length === 0 ? undefined : { ...condition, of: hopeful };
  }
  const patients = patientsIn(condition, codes);
  if (patients === undefined) return condition;
  const prospects = await Promise.all(patients.map(async (patient) => decisions.prospects(patient)));
  return prospects.every((each) => each === 'none') ? undefined : condition;
};

/** The Patients of a condition whose record a match is; undefined for any other condition. */
const patientsIn = (condition: SearchCondition, codes: ReadonlySet<string>): readonly string[] | undefined => {
  if (condition.kind !== 'reference' || !codes.has(condition.code)) return undefined;
  const ids = condition.anyOf.flatMap((test) =>
    test.match === 'resource' && (test.targetType ?? 'Patient') === 'Patient' ? [test.targetId] : [],
  );
  return ids.length === condition.anyOf.length ? ids : undefined;
};
