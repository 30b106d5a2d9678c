import { mergedCode } from '@chartseal/fhir';
import type { Queryable } from '../database/database.ts';
import { referenceTerm } from '../record-store/index/terms.ts';

/** Who is merged with one of them by their own links, or by those of another Patient. */
const text = `select distinct neighbour from (
    select jsonb_array_elements_text(r.facets #> '{r,${mergedCode},Patient}') as neighbour from record r
      where r.resource_type = 'Patient' and r.logical_id = any($1::text[]) and not r.deleted
    union all
    select r.logical_id from term t join record r on r.id = t.record where t.term = any($2::uuid[])) as found
  where not neighbour = any($1::text[]) order by neighbour`;

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** The Patients that are one person with this one, it first (PatientStore law 5). */
export const mergedWith = async (queryable: Queryable, patientId: string): Promise<readonly string[]> => {
  const known = [patientId];
  for (;;) {
    const values = [known, known.map((id) => hex(referenceTerm('Patient', mergedCode, id)))];
    const found = await queryable.query<{ neighbour: string }>({ name: 'merged-with', text, values });
    if (found.length === 0) return known;
    known.push(...found.map(({ neighbour }) => neighbour));
  }
};
