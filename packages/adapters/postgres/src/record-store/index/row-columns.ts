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

type Column = readonly [name: string, type: 'uuid' | 'integer' | 'bigint' | 'text', cast?: 'numeric' | 'uuid[]'];
type Table = { readonly name: string; readonly columns: readonly Column[] };

const filing: readonly Column[] = [
  ['term', 'uuid'],
  ['qualifier', 'uuid'],
  ['part', 'integer'],
  ['record', 'bigint'],
];

/** Where index rows are kept, and their columns in the order of `rowColumns`. */
const tables: readonly Table[] = [
  {
    name: 'term',
    columns: [
      ['term', 'uuid'],
      ['qualifier', 'uuid'],
      ['record', 'bigint'],
    ],
  },
  { name: 'date_term', columns: [...filing, ['start_ms', 'bigint'], ['end_ms', 'bigint']] },
  { name: 'string_term', columns: [...filing, ['value', 'text'], ['whole', 'text'], ['exact', 'uuid']] },
  {
    name: 'number_term',
    columns: [...filing, ['low', 'text', 'numeric'], ['high', 'text', 'numeric'], ['units', 'text', 'uuid[]']],
  },
  { name: 'token_term', columns: [...filing, ['value', 'uuid'], ['system', 'uuid']] },
];

export const rowTables: readonly string[] = tables.map(({ name }) => name);

const namesOf = ({ columns }: Table): string => columns.map(([name]) => name).join(', ');

/** For each table, a query that gives the rows that parameters hold. @param first number of the first of them */
const givenRows = (first: number): readonly (Table & { readonly given: string })[] => {
  let next = first;
  return tables.map((table) => {
    const arrays = table.columns.map(([, type]) => `$${next++}::${type}[]`);
    const values = table.columns.map(([name, , cast]) => (cast === undefined ? name : `${name}::${cast}`));
    const given = `select ${values.join(', ')} from unnest(${arrays.join(', ')}) as given (${namesOf(table)})`;
    return { ...table, given };
  });
};

/** Parts of a `with` that write index rows. @param first number of the first parameter of `rowColumns` */
export const insertRows = (first: number): string =>
  givenRows(first)
    .map((table) => `new_${table.name} as (insert into ${table.name} (${namesOf(table)}) ${table.given})`)
    .join(',\n  ');

/**
 * Which records of `$1` lack rows that the parameters of `rowColumns`, from the second, give (`missing`), or have others (`extra`): as
 * `problem` and `record`.
 */
export const differentRows = givenRows(2)
  .flatMap((table) => {
    const kept = `select ${namesOf(table)} from ${table.name} where record = any($1::bigint[])`;
    return [
      `select 'missing' as problem, record from ((${table.given}) except all (${kept})) as rows`,
      `select 'extra' as problem, record from ((${kept}) except all (${table.given})) as rows`,
    ];
  })
  .join('\nunion ');

/** Of a deleted record. */
export const noFacets = '{"o":[]}';

/** Parts of a `with` that take back what the records in `$1` were found by. */
export const deleteRows = rowTables
  .map((table) => `old_${table} as (delete from ${table} where record = any($1::bigint[]))`)
  .join(',\n  ');
