/** RecordStore law 13: records about those Patients alone. */
import { sql } from 'kysely';
import type { SearchQuery } from '@chartseal/fhir';
import { noQualifier, subjectTerm } from '../index/terms.ts';
import { uuidOf, uuidsOf } from './predicate.ts';
import type { Predicate, Sql } from './predicate.ts';

/** Ids of Patients. */
export type Among = readonly string[];

/** Whose a Binary is no index knows (consent-semantics B11). */
export const isNarrowed = ({ resourceType }: SearchQuery): boolean => resourceType !== 'Binary';

/** The name under which a statement has the ids of `among`, once, whatever looks at them. */
export const amongRows = (among: Among): Sql => sql`with permitting (id) as materialized (
  select unnest(${[...among]}::text[]))`;

/** That the record has subjects, and all of them are among those. */
export const isAmong = (record: Sql): Predicate =>
  sql`exists (select from record s where s.id = ${record} and jsonb_array_length(s.facets -> 'o') > 0
    and not exists (select from jsonb_array_elements_text(s.facets -> 'o') as o (id)
      where o.id not in (select id from permitting)) offset 0)`;

/** What only those rows of a subject's term need be asked whose record has others beside. */
export const isAmongIfShared = (row: Sql): Predicate =>
  sql`(${row}.qualifier = ${uuidOf(noQualifier)} or ${isAmong(sql`${row}.record`)})`;

/** The terms of all subjects as rows `k (term)`. */
export const subjectRows = ({ resourceType }: SearchQuery, among: Among): Sql =>
  sql`unnest(${uuidsOf(among.map((patient) => subjectTerm(resourceType, patient)))}) as k (term)`;
