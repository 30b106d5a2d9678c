import { bigintArray, integerArray, textArray, uuidArray } from '../../database/binary-array.ts';
import type { Address } from './address.ts';
import type { IndexRows } from './index-rows.ts';

export type RecordRows = IndexRows & { readonly record: number };

const filed = (rows: readonly (Address & { readonly record: number })[]): readonly Buffer[] => [
  uuidArray(rows.map(({ term }) => term)),
  uuidArray(rows.map(({ qualifier }) => qualifier)),
  integerArray(rows.map(({ part }) => part)),
  bigintArray(rows.map(({ record }) => record)),
];

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

const of = <Name extends 'terms' | 'dates' | 'strings' | 'numbers' | 'tokens'>(
  indexed: readonly RecordRows[],
  name: Name,
): readonly (RecordRows[Name][number] & { readonly record: number })[] =>
  indexed.flatMap((rows) => rows[name].map((row) => ({ ...row, record: rows.record })));

/** Values for `insertRows`, in its order. */
export const rowColumns = (indexed: readonly RecordRows[]): readonly Buffer[] => {
  const terms = of(indexed, 'terms');
  const dates = of(indexed, 'dates');
  const strings = of(indexed, 'strings');
  const numbers = of(indexed, 'numbers');
  const tokens = of(indexed, 'tokens');
  return [
    uuidArray(terms.map(({ term }) => term)),
    uuidArray(terms.map(({ qualifier }) => qualifier)),
    bigintArray(terms.map(({ record }) => record)),
    ...filed(dates),
    bigintArray(dates.map(({ start }) => start)),
    bigintArray(dates.map(({ end }) => end)),
    ...filed(strings),
    textArray(strings.map(({ value }) => value)),
    textArray(strings.map(({ whole }) => whole)),
    uuidArray(strings.map(({ exact }) => exact)),
    ...filed(numbers),
    textArray(numbers.map(({ low }) => low)),
    textArray(numbers.map(({ high }) => high)),
    textArray(numbers.map(({ units }) => units && `{${units.map(hex).join()}}`)),
    ...filed(tokens),
    uuidArray(tokens.map(({ value }) => value)),
    uuidArray(tokens.map(({ system }) => system)),
  ];
};

/** Parts of a `with` that write index rows. @param first number of the first of its parameters */
export const insertRows = (first: number): string => {
  let next = first;
  const unnest = (...types: readonly string[]): string =>
    `unnest(${types.map((type) => `$${next++}::${type}[]`).join(', ')})`;
  const filing = ['uuid', 'uuid', 'integer', 'bigint'];
  return `
  new_term as (
    insert into term (term, qualifier, record) select * from ${unnest('uuid', 'uuid', 'bigint')}),
  new_date as (
    insert into date_term (term, qualifier, part, record, start_ms, end_ms)
    select * from ${unnest(...filing, 'bigint', 'bigint')}),
  new_string as (
    insert into string_term (term, qualifier, part, record, value, whole, exact)
    select * from ${unnest(...filing, 'text', 'text', 'uuid')}),
  new_number as (
    insert into number_term (term, qualifier, part, record, low, high, units)
    select term, qualifier, part, record, low::numeric, high::numeric, units::uuid[]
    from ${unnest(...filing, 'text', 'text', 'text')} as t (term, qualifier, part, record, low, high, units)),
  new_token as (
    insert into token_term (term, qualifier, part, record, value, system)
    select * from ${unnest(...filing, 'uuid', 'uuid')})`;
};

/** Of a deleted record. */
export const noFacets = '{}';

/** Parts of a `with` that take back what the records in `$1` were found by. */
export const deleteRows = ['term', 'date_term', 'string_term', 'number_term', 'token_term']
  .map((table) => `old_${table} as (delete from ${table} where record = any($1::bigint[]))`)
  .join(',\n  ');
