import type { Erased, ErasureRequest, ErasureStatement, ErasureStore, LeafRange, LogName } from '@chartseal/ports';
import { lockNumber } from '../database/advisory-lock.ts';
import { bigintArray } from '../database/binary-array.ts';
import type { Database, Queryable } from '../database/database.ts';
import { asChartsealError } from '../database/pg-error.ts';
import type { ContentIndex } from '../record-store/index/content-index.ts';
import { destroy } from './destroy.ts';
import { destroySay } from './destroy-say.ts';
import { recordStatement, toStatement, unstated, type StatementRow } from './statements.ts';
import { recordOfKey, recordsOfPatient } from './subject-records.ts';

/** Within a transaction, one erasure at a time: two that share a Binary see each other. */
const erase = async (
  transaction: Queryable,
  { subject, ...erasure }: ErasureRequest,
  indexOf: ContentIndex,
): Promise<Erased> => {
  await transaction.query({ text: 'select pg_advisory_xact_lock($1)', values: [lockNumber('erasure')] });
  const isPatient = subject.resourceType === 'Patient';
  const chosen = isPatient
    ? await recordsOfPatient(transaction, subject.id, indexOf)
    : await recordOfKey(transaction, subject);
  const destroyed = await destroy(transaction, [...chosen.ids], erasure);
  if (isPatient) await destroySay(transaction, subject.id, erasure.erasedAt);
  return { ...destroyed, kept: chosen.kept };
};

const subjectsOf = async (
  transaction: Queryable,
  log: LogName,
  leaves: readonly LeafRange[],
): Promise<readonly ErasureRequest['subject'][]> => {
  const rows = await transaction.query<{ resource_type: string; logical_id: string }>({
    text: `select distinct r.resource_type, r.logical_id from leaf l join record r on r.handle = l.handle
      join unnest($2::bigint[], $3::bigint[]) as t (first, last) on l.leaf_index between t.first and t.last where l.log = $1`,
    values: [log, bigintArray(leaves.map(([first]) => first)), bigintArray(leaves.map(([, last]) => last))],
  });
  return rows.map(({ resource_type: resourceType, logical_id: id }) => ({ resourceType, id }));
};

/** Within a transaction: what the store had before it was set back, erased again. */
const eraseLeaves = async (
  transaction: Queryable,
  log: LogName,
  leaves: readonly LeafRange[],
  { erasedAt, ...statement }: Parameters<ErasureStore['eraseLeaves']>[2],
  indexOf: ContentIndex,
): Promise<Erased> => {
  const { erasureId } = statement;
  let [records, versions] = [0, 0];
  const kept: Erased['kept'][number][] = [];
  for (const subject of await subjectsOf(transaction, log, leaves)) {
    const erased = await erase(transaction, { erasureId, subject, erasedAt }, indexOf);
    records += erased.records;
    versions += erased.versions;
    kept.push(...erased.kept);
  }
  // Of a store that holds none of it there is still the statement.
  const text = 'insert into erasure (erasure_id, erased_at) values ($1, $2) on conflict do nothing';
  await transaction.query({ text, values: [erasureId, erasedAt] });
  const leafIndexes = leaves.flatMap(([first, last]) =>
    Array.from({ length: last - first + 1 }, (_, at) => first + at),
  );
  await recordStatement(transaction, { ...statement, log }, leafIndexes);
  return { records, versions, kept };
};

const statementColumns = 's.statement_hash, s.erasure_id, s.log, s.note, s.transaction_id, s.block_number, s.receipt';

export const postgresErasureStore = (database: Database, indexOf: ContentIndex): ErasureStore => {
  const transaction = async <T>(work: (on: Queryable) => Promise<T>): Promise<T> => {
    try {
      return await database.transaction(work);
    } catch (error) {
      throw asChartsealError(error);
    }
  };
  return {
    erase: (request) => transaction((on) => erase(on, request, indexOf)),
    unstated: async (limit) => {
      try {
        return await unstated(database, limit);
      } catch (error) {
        throw asChartsealError(error);
      }
    },
    state: (statement: ErasureStatement, leafIndexes) =>
      transaction((on) => recordStatement(on, statement, leafIndexes)),
    eraseLeaves: (log, leaves, statement) => transaction((on) => eraseLeaves(on, log, leaves, statement, indexOf)),
    statementOf: async ({ handle, versionId }) => {
      const [row] = await database.read<StatementRow>({
        text: `select ${statementColumns} from record r join erased_version v on v.record = r.id
          join erasure_statement s using (statement_hash) where r.handle = $1 and v.version_id = $2`,
        values: [handle, versionId],
      });
      return row && toStatement(row);
    },
    statements: async () => {
      const text = `select ${statementColumns} from erasure_statement s order by s.position`;
      return (await database.read<StatementRow>({ text })).map(toStatement);
    },
  };
};
