import { DummyDriver, Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler } from 'kysely';
import type { Statement } from '../../database/database.ts';
import type { Sql } from './predicate.ts';

/** Only writes SQL; the statements run where all others do. */
const builder = new Kysely<object>({
  dialect: {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  },
});

export const compile = (query: Sql): Statement => {
  const { sql: text, parameters } = query.compile(builder);
  return { text, values: parameters };
};
