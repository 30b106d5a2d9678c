import { sql } from 'kysely';
import type { DateTest, Prefix } from '@chartseal/fhir';
import type { Predicate, Sql } from './predicate.ts';

/** `matchesDate` of @chartseal/fhir, in SQL, on `date_term`: one of these holds, and each is a range of an index. */
export const matchesDate = ({ prefix, start, end }: DateTest, row: Sql): readonly Predicate[] => {
  const [from, to] = [sql`${row}.start_ms`, sql`${row}.end_ms`];
  const inside = sql<boolean>`(${from} >= ${start} and ${from} < ${end} and ${to} <= ${end})`;
  const predicates = {
    eq: [inside],
    ne: [sql<boolean>`${from} < ${start}`, sql<boolean>`${to} > ${end}`],
    gt: [sql<boolean>`${to} > ${end}`],
    lt: [sql<boolean>`${from} < ${start}`],
    ge: [sql<boolean>`${to} > ${end}`, inside],
    le: [sql<boolean>`${from} < ${start}`, inside],
    sa: [sql<boolean>`${from} >= ${end}`],
    eb: [sql<boolean>`${to} <= ${start}`],
    ap: [sql<boolean>`(${from} < ${end} and ${to} > ${start})`],
  } satisfies Record<Prefix, readonly Predicate[]>;
  return predicates[prefix];
};

/** `matchesDate` on [lastUpdated, lastUpdated + 1), put so that an index on the column serves. */
export const matchesLastUpdated = ({ prefix, start, end }: DateTest, time: Sql): Predicate => {
  const inside = sql<boolean>`(${time} >= ${start} and ${time} < ${end})`;
  const predicates = {
    eq: inside,
    ne: sql<boolean>`not ${inside}`,
    gt: sql<boolean>`${time} >= ${end}`,
    lt: sql<boolean>`${time} < ${start}`,
    ge: sql<boolean>`${time} >= ${start}`,
    le: sql<boolean>`${time} < ${end}`,
    sa: sql<boolean>`${time} >= ${end}`,
    eb: sql<boolean>`${time} < ${start}`,
    ap: inside,
  } satisfies Record<Prefix, Predicate>;
  return predicates[prefix];
};
