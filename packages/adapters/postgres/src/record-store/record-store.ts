import type { QueryResultRow } from 'pg';
import type { RecordKey, RecordStore, SearchPage, StoredVersion } from '@chartseal/ports';
import { textArray } from '../database/binary-array.ts';
import type { Database, Statement } from '../database/database.ts';
import { GroupCommit } from './group-commit.ts';
import { RecordIds } from './record-ids.ts';
import { historyOf } from './history-of.ts';
import type { ContentIndex } from './index/content-index.ts';
import { compartmentTerm, referrerTerm } from './index/terms.ts';
import { countRecords, searchRecords } from './search/search-records.ts';
import { byTermStatement } from './search/statements.ts';
import { toStoredVersion, versionColumns } from './version-row.ts';
import type { VersionRow } from './version-row.ts';

const newest = `select ${versionColumns} from record r
  join version v on v.record = r.id and v.version_id = r.version_id`;

const ofKey = 'where r.resource_type = $1 and r.logical_id = $2';

const pageOf = (rows: readonly VersionRow[]): SearchPage => ({
  versions: rows.map((row) => ({ ...toStoredVersion(row), cursor: { after: Number(row.record) } })),
});

const isVersionId = (number: number): boolean => Number.isInteger(number) && number > 0 && number <= 0x7fff_ffff;

export type RecordStoreSources = {
  readonly clock: { now(): number };
  readonly randomBytes: (size: number) => Uint8Array;
  readonly indexOf: ContentIndex;
};

/** The record store on PostgreSQL 15 to 18. */
export function postgresRecordStore(
  database: Database,
  { clock, randomBytes, indexOf }: RecordStoreSources,
): RecordStore {
  const groupCommit = new GroupCommit({
    database,
    ids: new RecordIds(database),
    now: () => clock.now(),
    newHandle: () => Buffer.from(randomBytes(16)).toString('base64url'),
  });
  const rows = <Row extends QueryResultRow>(statement: Statement): Promise<readonly Row[]> =>
    database.read<Row>(statement);
  const versions = async (statement: Statement): Promise<readonly StoredVersion[]> =>
    (await rows<VersionRow>(statement)).map(toStoredVersion);

  return {
    commit: (unit) => groupCommit.commit(unit),

    read: async ({ resourceType, id }) =>
      (await versions({ name: 'read', text: `${newest} ${ofKey}`, values: [resourceType, id] }))[0],

    vread: async ({ resourceType, id }, versionId) => {
      if (!isVersionId(versionId)) return undefined;
      const text = `select ${versionColumns} from record r join version v on v.record = r.id ${ofKey} and v.version_id = $3`;
      return (await versions({ name: 'vread', text, values: [resourceType, id, versionId] }))[0];
    },

    readMany: (keys: readonly RecordKey[]) => {
      const text = `${newest} join (select distinct type, id from unnest($1::text[], $2::text[]) as k (type, id)) as k
        on r.resource_type = k.type and r.logical_id = k.id order by r.id`;
      const values = [textArray(keys.map(({ resourceType }) => resourceType)), textArray(keys.map(({ id }) => id))];
      return keys.length === 0 ? Promise.resolve([]) : versions({ name: 'read-many', text, values });
    },

    byHandle: async (handle) => {
      const text = 'select resource_type, logical_id from record where handle = $1';
      type Row = Pick<VersionRow, 'resource_type' | 'logical_id'>;
      const [row] = await rows<Row>({ name: 'by-handle', text, values: [handle] });
      return row && { resourceType: row.resource_type, id: row.logical_id };
    },

    history: ({ resourceType, id }, { limit, before }) => {
      const text = `select ${versionColumns} from record r join version v on v.record = r.id ${ofKey}
        and v.version_id < $3 order by v.version_id desc limit $4`;
      return versions({ name: 'history', text, values: [resourceType, id, before ?? 0x7fff_ffff, limit] });
    },

    historyOf: (scope, options) => historyOf(rows, scope, options),

    search: (queries, options) => searchRecords(rows, queries, options, indexOf),

    count: (queries) => countRecords(rows, queries),

    bytes: async ({ resourceType, id }, versionId) => {
      if (!isVersionId(versionId)) return undefined;
      const text = `select b.bytes from record r join binary_content b on b.record = r.id ${ofKey} and b.version_id = $3`;
      const [row] = await rows<{ bytes: Buffer }>({ name: 'bytes', text, values: [resourceType, id, versionId] });
      return row && new Uint8Array(row.bytes);
    },

    compartment: async (patientId, { after, limit }) =>
      pageOf(await rows(byTermStatement(compartmentTerm(patientId), after?.after ?? 0, limit))),

    referrers: (key, limit) => versions(byTermStatement(referrerTerm(key), 0, limit)),

    isEmpty: async () =>
      (await rows<{ empty: boolean }>({ text: 'select not exists (select from record) as empty' }))[0]?.empty ?? true,
  };
}
