import { ChartsealError } from '@chartseal/ports';
import type { ImportError, ImportJob, ImportProgress, ImportStep, ImportStore, NewImport } from '@chartseal/ports';
import { bigintArray, integerArray, textArray } from '../database/binary-array.ts';
import type { Database, Queryable, Statement } from '../database/database.ts';
import { asChartsealError } from '../database/pg-error.ts';

type JobRow = {
  readonly job: string;
  readonly progress: string;
  readonly revision: string;
  readonly accepted_ms: string;
  readonly finished_ms: string | null;
};

const jobColumns = `job, progress, revision, (extract(epoch from accepted_at) * 1000)::bigint as accepted_ms,
  (extract(epoch from finished_at) * 1000)::bigint as finished_ms`;

const jobOf = (row: JobRow): ImportJob => ({
  ...(JSON.parse(row.job) as NewImport),
  progress: JSON.parse(row.progress) as ImportProgress,
  revision: Number(row.revision),
  acceptedAtMs: Number(row.accepted_ms),
  ...(row.finished_ms === null ? {} : { finishedAtMs: Number(row.finished_ms) }),
});

const untouched = { offset: 0, lines: 0, created: 0, updated: 0, refused: 0, state: 'unread' } as const;

const move = `update import_job set revision = revision + 1, progress = $3,
  finished_at = case $4 when 'finished' then clock_timestamp() end
  where id = $1 and revision = $2 and finished_at is null returning revision`;

const tell = `insert into import_error (job, input, line, outcome)
  select $1, * from unnest($2::integer[], $3::bigint[], $4::text[]) on conflict do nothing`;

const forgetUploads = `delete from import_upload where received_at < clock_timestamp() - make_interval(secs => $1)
  and not exists (select from import_job j where j.id = import_upload.job)`;
const forgetJobs = `delete from import_job where finished_at < clock_timestamp() - make_interval(secs => $1)`;

const saveErrors = async (transaction: Queryable, id: string, errors: readonly ImportError[]): Promise<void> => {
  if (errors.length === 0) return;
  const columns = [
    integerArray(errors.map(({ input }) => input)),
    bigintArray(errors.map(({ line }) => line)),
    textArray(errors.map(({ outcome }) => outcome)),
  ];
  await transaction.query({ text: tell, values: [id, ...columns] });
};

const takeStep = async (transaction: Queryable, { id, from, progress, errors, state }: ImportStep): Promise<number> => {
  const values = [id, from, JSON.stringify(progress), state];
  const [row] = await transaction.query<{ revision: string }>({ name: 'import-step', text: move, values });
  if (row === undefined) throw new ChartsealError('fenced', 'the import is another’s by now, or was cancelled');
  await saveErrors(transaction, id, errors);
  if (state === 'finished') await transaction.query({ text: 'delete from import_upload where job = $1', values: [id] });
  return Number(row.revision);
};

/** Jobs, uploads and errors as rows. */
export const postgresImportStore = (database: Database): ImportStore => {
  const orMapped = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      throw asChartsealError(error);
    }
  };
  const write = (statement: Statement): Promise<readonly unknown[]> => database.write(statement);
  return {
    append: async (id, offset, bytes) => {
      const text = 'insert into import_upload (job, at, bytes) values ($1, $2, $3)';
      await write({ name: 'import-append', text, values: [id, offset, Buffer.from(bytes)] });
    },

    accept: async (job) => {
      const progress: ImportProgress = { inputs: job.inputs.map(() => untouched), known: {} };
      const text = 'insert into import_job (id, revision, job, progress) values ($1, 1, $2, $3)';
      await write({ text, values: [job.id, JSON.stringify(job), JSON.stringify(progress)] });
    },

    uploaded: async (id, offset) => {
      const text = 'select at, bytes from import_upload where job = $1 and at <= $2 order by at desc limit 1';
      const statement = { name: 'import-uploaded', text, values: [id, offset] };
      const [row] = await database.read<{ at: string; bytes: Buffer }>(statement);
      const skipped = offset - Number(row?.at ?? 0);
      return row === undefined || skipped >= row.bytes.length ? undefined : row.bytes.subarray(skipped);
    },

    job: async (id) => {
      const text = `select ${jobColumns} from import_job where id = $1`;
      const [row] = await database.read<JobRow>({ text, values: [id] });
      return row && jobOf(row);
    },

    next: async () => {
      const text = `select ${jobColumns} from import_job where finished_at is null order by place limit 1`;
      const [row] = await database.read<JobRow>({ text });
      return row && jobOf(row);
    },

    advance: (step) => orMapped(database.transaction((transaction) => takeStep(transaction, step))),

    errors: async (id, { after, limit }) => {
      const text = `select input, line, outcome from import_error where job = $1 and (input, line) > ($2, $3)
        order by input, line limit $4`;
      const values = [id, after?.input ?? -1, after?.line ?? -1, limit];
      const rows = await database.read<{ input: number; line: string; outcome: string }>({ text, values });
      return rows.map(({ input, line, outcome }) => ({ input, line: Number(line), outcome }));
    },

    remove: (id) =>
      orMapped(
        database.transaction(async (transaction) => {
          await transaction.query({ text: 'delete from import_upload where job = $1', values: [id] });
          const text = 'delete from import_job where id = $1 returning id';
          return (await transaction.query({ text, values: [id] })).length > 0 ? 'removed' : 'absent';
        }),
      ),

    forget: async ({ uploadsMs, finishedMs }) => {
      await write({ text: forgetUploads, values: [uploadsMs / 1000] });
      await write({ text: forgetJobs, values: [finishedMs / 1000] });
    },
  };
};
