import { join } from 'node:path';
import { findRunningPostgres } from '@chartseal/embedded';
import { Client } from 'pg';

/**
 * Every version that a running gateway has of records, without when it was written: `type/id/version digest`. Ids that an import gave, which
 * are others in each, are stars.
 */
export const storedVersions = async (dataDirectory: string): Promise<readonly string[]> => {
  const connection = await findRunningPostgres(join(dataDirectory, 'postgres'));
  if (connection === undefined) throw new Error('PostgreSQL does not run');
  const client = new Client(connection);
  await client.connect();
  try {
    const { rows } = await client.query<{ told: string }>(
      String.raw`select resource_type || '/' || name || '/' || version || ' ' ||
          md5(replace(regexp_replace(content, '"lastUpdated":"[^"]*"', ''), logical_id, name)) as told
        from (select r.resource_type, r.logical_id, v.content, v.version_id as version, case when logical_id ~ '^.{8}-.{4}-8.{3}-a.{3}-.{12}$' then '*' else logical_id end as name
          from record r join version v on v.record = r.id where r.log = 'records') all_versions`,
    );
    return rows.map(({ told }) => told).sort();
  } finally {
    await client.end();
  }
};
