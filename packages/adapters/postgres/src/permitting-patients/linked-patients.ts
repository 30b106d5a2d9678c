import { computedSubjectTerm, sharedQualifier } from '../record-store/index/terms.ts';

const shared = Buffer.from(sharedQualifier).toString('hex');

/**
 * SQL: the Patients of each record of a Patient that is about one of `known (patient)` and about others: those that it links to are its
 * subjects beside itself (`SealedVersion.patients`).
 */
export const linkedPatients = (known: string): string => `select linked.id from ${known}
  cross join lateral (select t.record from term t
    where t.term = ${computedSubjectTerm('Patient', `${known}.patient`)} and t.qualifier = '${shared}' offset 0) as t
  join record r on r.id = t.record
  cross join lateral jsonb_array_elements_text(r.facets -> 'o') as linked (id)`;
