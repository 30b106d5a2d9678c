import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';

export type Sql = RawBuilder<unknown>;
export type Predicate = RawBuilder<boolean>;

export const anyOf = (predicates: readonly Predicate[]): Predicate =>
  predicates.length === 0 ? sql`false` : sql`(${sql.join(predicates, sql` or `)})`;

export const allOf = (predicates: readonly Predicate[]): Predicate =>
  predicates.length === 0 ? sql`true` : sql`(${sql.join(predicates, sql` and `)})`;

export const unionAll = (queries: readonly Sql[]): Sql => sql`(${sql.join(queries, sql` union all `)})`;

const hex = (value: Uint8Array): string => Buffer.from(value).toString('hex');

export const uuidOf = (value: Uint8Array): Sql => sql`${hex(value)}::uuid`;

export const uuidsOf = (values: readonly (Uint8Array | null)[]): Sql =>
  sql`${values.map((value) => value && hex(value))}::uuid[]`;

/**
 * `joined`: PostgreSQL may turn it into a join and begin with it. `probed`: it is asked for each candidate, by an index
 * (OFFSET keeps the planner from anything else).
 */
export type Evaluation = 'joined' | 'probed';

/** The record that conditions are asked of. `depth` names the tables of each level of a chain apart. */
export type Candidate = {
  readonly type: string;
  /** Its identity. */
  readonly record: Sql;
  /** Its row of `record`, where the query has that at hand. */
  readonly row?: Sql;
  readonly depth: number;
  readonly evaluation: Evaluation;
};

export const alias = (letter: string, { depth }: Pick<Candidate, 'depth'>): Sql => sql.raw(`${letter}${depth}`);

export const exists = (from: Sql, { evaluation }: Candidate): Predicate =>
  sql`exists (select from ${from} ${evaluation === 'probed' ? sql`offset 0` : sql``})`;
