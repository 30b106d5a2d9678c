import { reachGeneration } from '@chartseal/consent';
import type { PermittingPatients } from '@chartseal/ports';
import type { Database } from '../database/database.ts';
import { linkedPatients } from './linked-patients.ts';

/** The patient's no counts as soon as it is held, whatever the ledger answered. */
const isRevoked = `exists (select from directive no
  where no.handle = d.handle and no.operation = 'revoke' and no.consent_id = d.consent_id)`;

const text = `with recursive said (directive) as (
    select c.directive from consent_reach c where c.organization = any($1::text[]) and c.purpose = any($2::text[])
      and c.from_ms <= $3 and $3 < c.until_ms
    union
    select d.position from directive d where d.consent_text is not null and d.reach_generation < ${reachGeneration}),
  permitting (patient) as (
    select h.patient_id from said join directive d on d.position = said.directive
      join patient_handle h on h.handle = d.handle and h.state = 'open' where not ${isRevoked}
    union
    ${linkedPatients('permitting')})
  select patient from permitting limit $4 + 1`;

/** On the tables of handles, directives and records. */
export const postgresPermittingPatients = (database: Database): PermittingPatients => ({
  among: async ({ organizations, purposes, at }, limit) => {
    const values = [[...organizations], [...purposes], at, limit];
    const rows = await database.read<{ patient: string }>({ name: 'permitting-patients', text, values });
    return rows.length > limit ? 'too-many' : rows.map(({ patient }) => patient);
  },
});
