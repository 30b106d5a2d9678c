/** Which records go with a Patient: ErasureStore law 2. */
import type { LogName, RecordKey } from '@chartseal/ports';
import { bigintArray, uuidArray } from '../database/binary-array.ts';
import type { Queryable } from '../database/database.ts';
import type { ContentIndex } from '../record-store/index/content-index.ts';
import {
  compartmentTerm,
  formerTerm,
  referenceTerm,
  referrerTerm,
  typeQualifier,
  unknownFormer,
} from '../record-store/index/terms.ts';

export type Chosen = {
  readonly ids: ReadonlySet<number>;
  readonly kept: readonly RecordKey[];
};

type Row = {
  readonly id: string;
  readonly resource_type: string;
  readonly logical_id: string;
  readonly log: LogName;
};

type ContentRow = { readonly record: string; readonly content: string };

/** As many records as are held in memory at ease. */
const chunkRecords = 100;

/** Every record of which some version may be about that Patient, and the entries of the access log that name the Patient. */
const candidates = (transaction: Queryable, patientId: string): Promise<readonly Row[]> =>
  transaction.query<Row>({
    text: `select r.id, r.resource_type, r.logical_id, r.log from record r where r.id in (
        select record from term where term = $1
        union select record from former_subject where subject = any($2::uuid[])
        union select record from term where term = $3 and qualifier = $4)
      or (r.resource_type = 'Patient' and r.logical_id = $5) order by r.id`,
    values: [
      Buffer.from(compartmentTerm(patientId)).toString('hex'),
      uuidArray([formerTerm(patientId), unknownFormer]),
      Buffer.from(referenceTerm('AuditEvent', 'patient', patientId)).toString('hex'),
      Buffer.from(typeQualifier('Patient')).toString('hex'),
      patientId,
    ],
  });

/** Of each record what its versions, deletions apart, say. */
async function contentsOf(
  transaction: Queryable,
  ids: readonly number[],
): Promise<ReadonlyMap<number, readonly string[]>> {
  const rows = await transaction.query<ContentRow>({
    text: `select record, content from version where record = any($1::bigint[]) and not deleted order by record, version_id`,
    values: [bigintArray(ids)],
  });
  const contents = new Map<number, string[]>();
  for (const { record, content } of rows)
    contents.set(Number(record), [...(contents.get(Number(record)) ?? []), content]);
  return contents;
}

/** A requester's own words, or why it broke the glass, may name or describe the person. */
const holdsWords = (content: string): boolean => {
  const { entity, purposeOfEvent } = JSON.parse(content) as {
    readonly entity?: readonly { readonly query?: unknown }[];
    readonly purposeOfEvent?: readonly { readonly text?: unknown }[];
  };
  return (
    (entity ?? []).some(({ query }) => query !== undefined) ||
    (purposeOfEvent ?? []).some(({ text }) => text !== undefined)
  );
};

type About = 'them-alone' | 'others-too' | 'nothing-to-erase';

const judge = (row: Row, contents: readonly string[], patientId: string, indexOf: ContentIndex): About => {
  if (row.resource_type === 'Patient') return row.logical_id === patientId ? 'them-alone' : 'nothing-to-erase';
  if (row.log === 'access') return contents.some(holdsWords) ? 'them-alone' : 'nothing-to-erase';
  const about = new Set(contents.flatMap((content) => indexOf(content).patients));
  if (!about.has(patientId)) return 'nothing-to-erase';
  return about.size === 1 ? 'them-alone' : 'others-too';
};

/** Binaries that only what is erased refers to. */
async function lonelyBinaries(
  transaction: Queryable,
  referenced: ReadonlyMap<string, RecordKey>,
  erased: ReadonlySet<number>,
): Promise<readonly number[]> {
  const found: number[] = [];
  for (const key of referenced.values()) {
    const referrers = await transaction.query<{ record: string }>({
      text: 'select record from term where term = $1',
      values: [Buffer.from(referrerTerm(key)).toString('hex')],
    });
    if (referrers.some(({ record }) => !erased.has(Number(record)))) continue;
    const [row] = await transaction.query<{ id: string }>({
      text: `select id from record where resource_type = 'Binary' and logical_id = $1`,
      values: [key.id],
    });
    if (row !== undefined) found.push(Number(row.id));
  }
  return found;
}

/** Within a transaction. */
export async function recordsOfPatient(
  transaction: Queryable,
  patientId: string,
  indexOf: ContentIndex,
): Promise<Chosen> {
  const rows = await candidates(transaction, patientId);
  const ids = new Set<number>();
  const kept: RecordKey[] = [];
  const binaries = new Map<string, RecordKey>();
  for (let at = 0; at < rows.length; at += chunkRecords) {
    const chunk = rows.slice(at, at + chunkRecords);
    const contents = await contentsOf(
      transaction,
      chunk.map(({ id }) => Number(id)),
    );
    for (const row of chunk) {
      const said = contents.get(Number(row.id)) ?? [];
      const about = judge(row, said, patientId, indexOf);
      if (about === 'others-too') kept.push({ resourceType: row.resource_type, id: row.logical_id });
      if (about !== 'them-alone') continue;
      ids.add(Number(row.id));
      if (row.log === 'access') continue;
      for (const key of said.flatMap((content) => indexOf(content).references))
        if (key.resourceType === 'Binary') binaries.set(key.id, key);
    }
  }
  for (const id of await lonelyBinaries(transaction, binaries, ids)) ids.add(id);
  return { ids, kept };
}

/** Within a transaction: the one record. */
export async function recordOfKey(transaction: Queryable, { resourceType, id }: RecordKey): Promise<Chosen> {
  const rows = await transaction.query<{ id: string }>({
    text: 'select id from record where resource_type = $1 and logical_id = $2',
    values: [resourceType, id],
  });
  return { ids: new Set(rows.map((row) => Number(row.id))), kept: [] };
}
