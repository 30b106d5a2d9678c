import type { Queryable } from '../database/database.ts';
import { asChartsealError } from '../database/pg-error.ts';
import { rowTables } from '../record-store/index/row-columns.ts';

/** Rows that contradict each other. `place` names handles and positions, never a FHIR id. */
export type StructuralProblem = { readonly check: string; readonly place: string };

/** Each finds what must not be, as `place`. */
const checks: Readonly<Record<string, string>> = {
  'newest version is missing or differs from its record': `
    select 'record ' || r.handle as place from record r
    left join version v on v.record = r.id and v.version_id = r.version_id
    where v.record is null or v.deleted <> r.deleted or v.last_updated <> r.last_updated or v.log <> r.log`,
  'versions have a gap or are newer than their record': `
    select 'record ' || r.handle as place from record r
    join (select record, count(*) as number, max(version_id) as newest from version group by record) v on v.record = r.id
    where v.number <> v.newest or v.newest <> r.version_id`,
  'version belongs to no record': `
    select 'version ' || v.version_id || ' of record number ' || v.record as place from version v
    where not exists (select from record r where r.id = v.record)`,
  'lastUpdated goes back': `
    select 'version ' || v.version_id || ' of ' || r.handle as place from version v
    join version before on before.record = v.record and before.version_id = v.version_id - 1
    join record r on r.id = v.record where v.last_updated < before.last_updated`,
  'index row of a record that is deleted or gone': `
    select distinct 'record number ' || i.record as place
    from (${rowTables.map((table) => `select record from ${table}`).join(' union all ')}) i
    left join record r on r.id = i.record where r.id is null or r.deleted`,
  'leaf of no version': `
    select 'leaf ' || l.leaf_index || ' of ' || l.log as place from leaf l
    left join record r on r.handle = l.handle
    left join version v on v.record = r.id and v.version_id = l.version_id and v.log = l.log
    where v.record is null and l.handle not like 'lost.%'`,
  'leaves are not dense, or not as many as the tree has': `
    select 'log ' || w.log as place from log_writer w
    left join (select log, count(*) as number, max(leaf_index) as last from leaf group by log) l on l.log = w.log
    where coalesce(l.number, 0) <> w.tree_size or coalesce(l.last, -1) <> w.tree_size - 1`,
  'checkpoint is larger than the tree': `
    select 'log ' || c.log as place from
      (select log, tree_size from checkpoint union all select log, tree_size from anchored_checkpoint) c
    left join log_writer w on w.log = c.log where w.log is null or c.tree_size > w.tree_size`,
  'erased version that no erasure names, or a named one that is not': `
    select 'version ' || coalesce(v.version_id, e.version_id) || ' of record number ' || coalesce(v.record, e.record) as place
    from (select record, version_id from version where erased_ms is not null) v
    full join erased_version e on e.record = v.record and e.version_id = v.version_id
    where v.record is null or e.record is null`,
  'two handles of a Patient are open': `
    select 'handle ' || min(handle) as place from patient_handle where state = 'open'
    group by patient_id having count(*) > 1`,
};

const mostPlaces = 100;

/** Every check over the whole store; of each at most a hundred places. One that cannot run is a problem itself. */
export async function* inspectStructure(queryable: Queryable): AsyncGenerator<StructuralProblem> {
  for (const [check, text] of Object.entries(checks)) {
    try {
      const rows = await queryable.query<{ place: string }>({ text: `${text} limit ${mostPlaces}` });
      for (const { place } of rows) yield { check, place };
    } catch (error) {
      yield { check, place: asChartsealError(error).message };
    }
  }
}
