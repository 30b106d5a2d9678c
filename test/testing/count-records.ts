import { join } from 'node:path';
import { findRunningPostgres } from '@chartseal/embedded';
import { Client } from 'pg';

/** How much a running gateway has stored of records and told of them: nobody's bad request may move it. Audit entries are not counted. */
export const countRecords = async (dataDirectory: string): Promise<object> => {
  const connection = await findRunningPostgres(join(dataDirectory, 'postgres'));
  if (connection === undefined) throw new Error('PostgreSQL does not run');
  const client = new Client(connection);
  await client.connect();
  try {
    const { rows } = await client.query<{ versions: string; records: string; terms: string }>(
      `select (select count(*) from version where log = 'records') as versions,
              (select count(*) from record where log = 'records') as records,
              (select count(*) from term join record on record.id = term.record where record.log = 'records') as terms`,
    );
    return rows[0] ?? {};
  } finally {
    await client.end();
  }
};
