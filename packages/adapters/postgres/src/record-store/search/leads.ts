import { sql } from 'kysely';
import type { SearchCondition, SearchQuery } from '@chartseal/fhir';
import { typeQualifier } from '../index/terms.ts';
import { composedRows, isFiledByTerm } from './composite-tests.ts';
import { holdAll } from './conditions.ts';
import { matchesLastUpdated } from './date-tests.ts';
import { anyOf, unionAll, uuidOf } from './predicate.ts';
import type { Candidate, Sql } from './predicate.ts';
import { plainlyFiled, rowTest } from './row-tests.ts';
import { computedReferenceTerm, isKey, keyRows, termKeys } from './term-keys.ts';
import type { TermKey } from './term-keys.ts';

/** What a search may begin with: the rows of one of its conditions, by an index of their own. */
export type Lead = {
  readonly condition: SearchCondition;
  /**
   * `rare`: few records have such a value, whatever it is. `terms`: the rows of each key come in the order of the records, so that a page may
   * end early. `rows`: in no order. `scan`: likewise, and every value of the parameter is looked at.
   */
  readonly kind: 'rare' | 'terms' | 'rows' | 'scan';
  /** Place in the order of preference where nothing was measured; the less the better. */
  readonly rank: number;
  /** Selects `record`, perhaps one several times. */
  readonly source: Sql;
  readonly keys: readonly TermKey[];
};

const termSource = (keys: readonly TermKey[], depth: number): Sql => {
  const t = sql.raw(`l${depth}`);
  return sql`select ${t}.record from ${keyRows(keys)} join term ${t} on ${isKey(t)}`;
};

type Parts = {
  readonly kind: Lead['kind'];
  readonly rank: number;
  readonly source: Sql;
  readonly keys?: readonly TermKey[];
};

const rareCodes: ReadonlySet<string> = new Set(['patient', 'subject', 'beneficiary', 'encounter']);

const termParts = (
  condition: Extract<SearchCondition, { kind: 'token' | 'reference' }>,
  type: string,
  depth: number,
): Parts => {
  const keys = termKeys(type, condition);
  const { code } = condition;
  const source = termSource(keys, depth);
  if (condition.kind === 'reference') {
    const isRare = condition.anyOf.every(
      (test) => test.match === 'resource' && (test.targetType === 'Patient' || rareCodes.has(code)),
    );
    return { kind: isRare ? 'rare' : 'terms', rank: isRare ? 2 : 4, source, keys };
  }
  const isWide = condition.anyOf.some(({ match }) => match === 'system');
  if (code === 'identifier' && !isWide) return { kind: 'rare', rank: 1, source, keys };
  return { kind: 'terms', rank: (isWide ? 10 : 5) + (code === 'code' ? 0 : 1), source, keys };
};

/** Undefined where the rows would have to be looked through for the condition. */
const partsOf = (condition: SearchCondition, type: string, depth: number): Parts | undefined => {
  const row = sql.raw(`l${depth}`);
  const ofRecords = (predicate: Sql): Sql =>
    sql`select ${row}.id as record from record ${row}
      where ${row}.resource_type = ${type} and not ${row}.deleted and ${predicate}`;
  switch (condition.kind) {
    case 'id':
      return {
        kind: 'rare',
        rank: 0,
        source: ofRecords(sql`${row}.logical_id = any(${[...condition.anyOf]}::text[])`),
      };
    case 'last-updated': {
      const source = ofRecords(
        anyOf(condition.anyOf.map((test) => matchesLastUpdated(test, sql`${row}.last_updated`))),
      );
      return { kind: 'rows', rank: 12, source };
    }
    case 'token':
    case 'reference':
      return termParts(condition, type, depth);
    case 'date':
    case 'string':
    case 'uri':
    case 'number':
    case 'quantity': {
      const { table, where } = rowTest(condition, plainlyFiled(type, condition.code));
      const isScan = condition.kind === 'string' && condition.anyOf.some(({ match }) => match === 'contains');
      const kind = isScan ? 'scan' : 'rows';
      const rank = condition.kind === 'date' ? 9 : isScan ? 20 : 3;
      const sources = where(row).map((way) => sql`select ${row}.record from ${sql.raw(table)} ${row} where ${way}`);
      return { kind, rank, source: unionAll(sources) };
    }
    case 'composite': {
      if (!condition.anyOf.every(isFiledByTerm)) return undefined;
      const each = condition.anyOf.flatMap((test) => {
        const { ways, row: first } = composedRows(type, test, depth, () => sql`true`);
        return ways.map((way) => sql`select ${first}.record from ${way}`);
      });
      return { kind: 'rows', rank: 4, source: unionAll(each) };
    }
    case 'any':
      return anyParts(condition.of, type, depth);
    case 'chain':
      return chainParts(condition, type, depth);
    case 'has':
      return hasParts(condition, type, depth);
    case 'present':
    case 'not':
      return undefined;
    default:
      throw new TypeError(`no such condition: ${String(condition satisfies never)}`);
  }
};

const anyParts = (of: readonly SearchCondition[], type: string, depth: number): Parts | undefined => {
  const parts = of.map((condition) => partsOf(condition, type, depth)).filter((one) => one !== undefined);
  if (parts.length < of.length || parts.length === 0) return undefined;
  const rank = Math.max(...parts.map((one) => one.rank));
  const isRare = parts.every(({ kind }) => kind === 'rare');
  if (parts.every(({ keys }) => keys !== undefined)) {
    const keys = parts.flatMap((one) => one.keys ?? []);
    return { kind: isRare ? 'rare' : 'terms', rank, source: termSource(keys, depth), keys };
  }
  return { kind: isRare ? 'rare' : 'rows', rank, source: unionAll(parts.map(({ source }) => source)) };
};

/** All records that satisfy a query, by its best lead; undefined if it has none. */
const found = ({ resourceType, conditions }: SearchQuery, depth: number): Sql | undefined => {
  const lead = leadsOf({ resourceType, conditions }, depth + 1)[0];
  if (lead === undefined) return undefined;
  const row = sql.raw(`f${depth}`);
  const candidate: Candidate = {
    type: resourceType,
    record: sql`${row}.record`,
    depth: depth + 1,
    evaluation: 'probed',
  };
  const others = conditions.filter((condition) => condition !== lead.condition);
  return sql`select ${row}.record from (${lead.source} offset 0) as ${row} where ${holdAll(others, candidate)}`;
};

const chainParts = (
  { code, of }: Extract<SearchCondition, { kind: 'chain' }>,
  type: string,
  depth: number,
): Parts | undefined => {
  const [row, inner, target] = [sql.raw(`l${depth}`), sql.raw(`i${depth}`), sql.raw(`v${depth}`)];
  const sources = of.map((query) => {
    const records = found(query, depth);
    return (
      records &&
      sql`select ${row}.record from (${records} offset 0) as ${inner} join record ${target} on ${target}.id = ${inner}.record
        join term ${row} on ${row}.term = ${computedReferenceTerm(type, code, sql`${target}.logical_id`)}
          and ${row}.qualifier = ${uuidOf(typeQualifier(query.resourceType))}`
    );
  });
  const whole = sources.filter((source) => source !== undefined);
  return whole.length < of.length || whole.length === 0
    ? undefined
    : { kind: 'rows', rank: 6, source: unionAll(whole) };
};

const hasParts = (
  { code, of }: Extract<SearchCondition, { kind: 'has' }>,
  type: string,
  depth: number,
): Parts | undefined => {
  const records = found(of, depth);
  if (records === undefined) return undefined;
  const [by, inner, target, own] = ['b', 'i', 'g', 'l'].map((letter) => sql.raw(`${letter}${depth}`));
  if (by === undefined || inner === undefined || target === undefined || own === undefined) return undefined;
  const source = sql`select ${own}.id as record from (${records} offset 0) as ${inner}
    join record ${by} on ${by}.id = ${inner}.record
    cross join lateral jsonb_array_elements_text(${by}.facets #> ${['r', code, type]}::text[]) as ${target} (id)
    join record ${own} on ${own}.resource_type = ${type} and ${own}.logical_id = ${target}.id and not ${own}.deleted`;
  return { kind: 'rows', rank: 7, source };
};

/** Of the query's conditions, the likely rarest first. */
export const leadsOf = ({ resourceType, conditions }: SearchQuery, depth = 0): readonly Lead[] =>
  conditions
    .flatMap((condition) => {
      const parts = partsOf(condition, resourceType, depth);
      return parts === undefined ? [] : [{ condition, keys: [], ...parts }];
    })
    .sort((a, b) => a.rank - b.rank);
