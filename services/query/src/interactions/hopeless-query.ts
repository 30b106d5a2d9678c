import type { SearchQuery } from '@chartseal/fhir';
import type { Decisions } from '../decide/decisions.ts';

type Condition = SearchQuery['conditions'][number];

/** The Patients of a condition whom a record is about; undefined for any other condition. */
const patientsIn = (condition: Condition): readonly string[] | undefined => {
  if (condition.kind !== 'reference' || (condition.code !== 'patient' && condition.code !== 'subject'))
    return undefined;
  const ids = condition.anyOf.flatMap((test) =>
    test.match === 'resource' && (test.targetType ?? 'Patient') === 'Patient' ? [test.targetId] : [],
  );
  return ids.length === condition.anyOf.length ? ids : undefined;
};

/** Whether a query asks for the records of such Patients only of whom nothing will be shown. */
export const isHopeless = async (decisions: Decisions, { conditions }: SearchQuery): Promise<boolean> => {
  for (const patients of conditions.map(patientsIn)) {
    if (patients === undefined) continue;
    const prospects = await Promise.all(patients.map(async (patient) => decisions.prospects(patient)));
    if (prospects.every((each) => each === 'none')) return true;
  }
  return false;
};
