/** Whom versions were about that are no longer the newest: RecordStore law 13, of histories. */
import { bigintArray, uuidArray } from '../../database/binary-array.ts';
import type { StagedVersion } from '../staging.ts';
import { computedFormerTerm, formerTerm, unknownFormer } from './terms.ts';

const unknown = Buffer.from(unknownFormer).toString('hex');

/** Part of a `with`, before the records in `$1` get another version: whom they are about becomes whom they were about. */
export const keepFormer = `former as (
  insert into former_subject (subject, record)
  select ${computedFormerTerm('o.id')}, r.id from record r
    cross join lateral jsonb_array_elements_text(r.facets -> 'o') as o (id) where r.id = any($1::bigint[])
  union
  select '${unknown}'::uuid, r.id from record r
    where r.id = any($1::bigint[]) and jsonb_exists(coalesce(r.facets, '{}'), 'o') is not true
  on conflict do nothing)`;

/** Part of a `with`, before the records in `$1` are indexed anew: of those that an older release has written more than once nobody knows. */
export const keepUnknownFormer = `former as (
  insert into former_subject (subject, record)
  select '${unknown}'::uuid, r.id from record r
    where r.id = any($1::bigint[]) and r.version_id > 1 and jsonb_exists(coalesce(r.facets, '{}'), 'o') is not true
  on conflict do nothing)`;

/** Part of a `with` that writes the rows of `formerColumns`. @param first number of its first parameter */
export const insertFormer = (first: number): string => `given_former as (
  insert into former_subject (subject, record)
  select distinct subject, record from unnest($${first}::uuid[], $${first + 1}::bigint[]) as t (subject, record)
  on conflict do nothing)`;

type Written = { readonly id: number; readonly versions: readonly StagedVersion[] };

/** Of records that get several versions at once: whom all but the last are about. */
export const formerColumns = (records: readonly Written[]): readonly Buffer[] => {
  const rows = records.flatMap(({ id, versions }) =>
    versions.slice(0, -1).flatMap(({ stored, sealed }) => {
      if (stored.state === 'deleted') return [];
      const subjects = stored.resourceType === 'Patient' ? [...sealed.patients, stored.id] : sealed.patients;
      return subjects.map((patient) => ({ id, term: formerTerm(patient) }));
    }),
  );
  return [uuidArray(rows.map(({ term }) => term)), bigintArray(rows.map(({ id }) => id))];
};
