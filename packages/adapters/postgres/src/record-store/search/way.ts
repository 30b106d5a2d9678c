import { sql } from 'kysely';
import type { SearchQuery } from '@chartseal/fhir';
import type { Statement } from '../../database/database.ts';
import { isNarrowed } from './among.ts';
import type { Among } from './among.ts';
import { compile } from './compile.ts';
import { leadsOf } from './leads.ts';
import type { Lead } from './leads.ts';

/**
 * How the records of a query are come by. `terms`: along a term, in the order of the records. `gather`: all rows of a lead at once. `walk`:
 * every record of the type. `subjects`: what is about those Patients. Left to itself PostgreSQL, when it takes a rare value for a frequent one, walks through every record of the type.
 */
export type Way =
  | { readonly kind: 'terms'; readonly lead: Lead }
  | { readonly kind: 'gather'; readonly lead: Lead }
  | { readonly kind: 'subjects'; readonly among: Among }
  | { readonly kind: 'walk' };

/**
 * Rows that are counted of each lead before one is chosen. A lead that can end early is taken before many more are gathered, and what takes
 * several look-ups a row is gathered up to fewer.
 */
const fewRows = 2000;
const manyRows = 20_000;

const mostOf = ({ condition: { kind } }: Lead, hasTerms: boolean): number =>
  hasTerms || kind === 'chain' || kind === 'has' ? fewRows : manyRows;

type Counted = { readonly lead: Lead; readonly most: number };

const countStatement = (leads: readonly Counted[]): Statement =>
  compile(
    sql`select array[${sql.join(
      leads.map(
        ({ lead, most }) => sql`(select count(*) from (select from (${lead.source}) as rows limit ${most}) as counted)`,
      ),
    )}]::integer[] as counts`,
  );

/** Runs a statement that changes nothing. */
export type Look = <Row extends { readonly [column: string]: unknown }>(
  statement: Statement,
) => Promise<readonly Row[]>;

const along = (lead: Lead, isOrdered: boolean): Way =>
  isOrdered && lead.keys.length > 0 ? { kind: 'terms', lead } : { kind: 'gather', lead };

/** Which one the page comes in. In that of the records it may end early along a term, in theirs or that of time along the records. */
export type Order = 'record' | 'time' | 'any';

/** Patients, times the queries of a search, whose records are gone through by their subjects. Of more the records are asked one by one. */
export const fewSubjects = 20_000;

/** Rows that are looked at by a condition's own index, and asked whose they are: how many there are must not tell. */
const hardlyAny = 100;

/** Id, identifier: one or none, whoever's. */
const isUnique = ({ rank }: Lead): boolean => rank <= 1;

/**
 * To what is about those Patients: by a condition that hardly any record satisfies, whosever it is, or else by subject, so that nobody
 * else's records are gone through.
 */
export async function wayAmong(look: Look, query: SearchQuery, order: Order, among: Among): Promise<Way> {
  if (!isNarrowed(query)) return wayOf(look, query, order);
  const isOrdered = order === 'record';
  const [first, ...rest] = leadsOf(query).filter(({ keys, rank }) => keys.length > 0 || rank === 0);
  if (first === undefined) return { kind: 'subjects', among };
  if (isUnique(first)) return along(first, isOrdered);
  const counted = [first, ...rest].map((lead) => ({ lead, most: hardlyAny }));
  const [row] = await look<{ counts: readonly number[] }>(countStatement(counted));
  const few = counted.find((_, index) => (row?.counts[index] ?? hardlyAny) < hardlyAny);
  return few === undefined ? { kind: 'subjects', among } : along(few.lead, isOrdered);
}

/** What is likely is measured, unless one lead is surely the best. */
export async function wayOf(look: Look, query: SearchQuery, order: Order): Promise<Way> {
  const isOrdered = order === 'record';
  const leads = leadsOf(query);
  const [first] = leads;
  if (first === undefined) return { kind: 'walk' };
  if (first.kind === 'rare') return along(first, isOrdered);
  const measured = leads.filter(({ kind }) => kind !== 'scan');
  if (measured.length === 0) return { kind: 'gather', lead: first };
  const byTerms = isOrdered ? measured.find(({ kind }) => kind === 'terms') : undefined;
  if (byTerms !== undefined && measured.length === 1) return along(byTerms, isOrdered);
  const counted = measured.map((lead) => ({ lead, most: mostOf(lead, byTerms !== undefined) }));
  const [row] = await look<{ counts: readonly number[] }>(countStatement(counted));
  const few = counted
    .map(({ lead, most }, index) => ({ lead, most, count: row?.counts[index] ?? most }))
    .filter(({ count, most }) => count < most)
    .sort((a, b) => a.count - b.count)[0];
  if (few !== undefined) return along(few.lead, isOrdered);
  if (byTerms !== undefined) return along(byTerms, isOrdered);
  return order === 'any' ? { kind: 'gather', lead: first } : { kind: 'walk' };
}
