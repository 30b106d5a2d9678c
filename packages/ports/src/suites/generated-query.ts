/** Queries of every kind of condition, on what `generated-index.ts` makes. */
import { foldText, prefixes } from '@chartseal/fhir';
import type {
  CompositeTest,
  NumberTest,
  QuantityTest,
  ReferenceTest,
  SearchCondition,
  SearchQuery,
  SortRule,
  StringTest,
  TokenTest,
  ValueCondition,
} from '@chartseal/fhir';
import fc from 'fast-check';
import {
  codes,
  compositeCodes,
  composites,
  decimals,
  few,
  someInterval,
  systems,
  texts,
  units,
  uris,
} from './generated-index.ts';
import type { Kinship } from './generated-index.ts';

const some = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T[]> => fc.array(arbitrary, { minLength: 1, maxLength: 3 });

const someDateTest = fc.tuple(few(...prefixes), someInterval).map(([prefix, interval]) => ({ prefix, ...interval }));

const someTokenTest: fc.Arbitrary<TokenTest> = fc.oneof(
  fc.record({ match: few('value' as const, 'value-without-system' as const), value: few('', 'x', 'y') }),
  fc.record({ match: few('system-and-value' as const), system: few(...systems), value: few('', 'x', 'y') }),
  fc.record({ match: few('system' as const), system: few(...systems) }),
);

const someReferenceTest = ({ types, ids }: Kinship): fc.Arbitrary<ReferenceTest> =>
  fc.oneof(
    fc.record({ match: few('resource' as const), targetType: few(undefined, ...types), targetId: few(...ids) }),
    fc.record({ match: few('url' as const), url: few('urn:1', 'urn:2') }),
  );

const someNumberTest: fc.Arbitrary<NumberTest> = fc
  .tuple(few(...prefixes), few(...decimals), few(...decimals))
  .map(([prefix, one, other]) => {
    const [low, high] = Number(one) <= Number(other) ? [one, other] : [other, one];
    const isWide = prefix === 'eq' || prefix === 'ne' || prefix === 'ap';
    return isWide ? { prefix, value: low, low, high } : { prefix, value: one, low: one, high: one };
  });

const someUnit: fc.Arbitrary<QuantityTest['unit']> = fc.oneof(
  few({ match: 'any' as const }),
  few(...units).map((unit) => ({ match: 'unit' as const, unit })),
  fc.record({ match: few('code' as const), system: few('http://ucum', 'b'), code: few(...units) }),
  few({ match: 'canonical' as const, unit: 'g' }),
);

const someStringTest: fc.Arbitrary<StringTest> = fc
  .tuple(few('starts' as const, 'contains' as const, 'exact' as const), few(...texts), few(0, 1, 2, 3, 450, 1000))
  .map(([match, text, length]) => {
    if (match === 'exact') return { match, value: text };
    const folded = Array.from(foldText(text));
    const from = match === 'contains' ? Math.min(1, folded.length) : 0;
    return {
      match,
      value: folded
        .slice(from, from + length)
        .join('')
        .toWellFormed(),
    };
  });

type Conditions = Readonly<Record<ValueCondition['kind'], (code: string) => fc.Arbitrary<ValueCondition>>>;

const valueConditions = (kinship: Kinship): Conditions => ({
  token: (code) => some(someTokenTest).map((anyOf) => ({ kind: 'token', code, anyOf })),
  reference: (code) => some(someReferenceTest(kinship)).map((anyOf) => ({ kind: 'reference', code, anyOf })),
  date: (code) => some(someDateTest).map((anyOf) => ({ kind: 'date', code, anyOf })),
  string: (code) => some(someStringTest).map((anyOf) => ({ kind: 'string', code, anyOf })),
  uri: (code) =>
    some(
      fc.record({
        match: few('exact' as const, 'below' as const, 'above' as const),
        value: few(...uris, 'http://x.org'),
      }),
    ).map((anyOf) => ({ kind: 'uri', code, anyOf })),
  number: (code) => some(someNumberTest).map((anyOf) => ({ kind: 'number', code, anyOf })),
  quantity: (code) =>
    some(fc.record({ number: someNumberTest, unit: someUnit })).map((anyOf) => ({ kind: 'quantity', code, anyOf })),
});

const someComposite = (kinship: Kinship): fc.Arbitrary<SearchCondition> => {
  const conditions = valueConditions(kinship);
  return few(...compositeCodes).chain((code) => {
    const first = someTokenTest.map((test) => ({ kind: 'token' as const, code: `${code}$0`, anyOf: [test] }));
    const others = composites[code].map((kind, place) => conditions[kind](`${code}$${place + 1}`));
    const test = fc.tuple(first, ...others).map((components): CompositeTest => components);
    return some(test).map((anyOf) => ({ kind: 'composite', code, anyOf }));
  });
};

/** @param startTime around which the records were written, in milliseconds */
export const someQuery = (kinship: Kinship, startTime: number): fc.Arbitrary<SearchQuery> => {
  const { types, ids } = kinship;
  const plain = fc.oneof<fc.Arbitrary<SearchCondition>[]>(
    ...Object.values(valueConditions(kinship)).map((kind) => few(...codes).chain(kind)),
    some(few(...ids, 'nobody')).map((anyOf): SearchCondition => ({ kind: 'id', anyOf })),
    someDateTest.map((test): SearchCondition => ({
      kind: 'last-updated',
      anyOf: [{ ...test, start: startTime + test.start - 10, end: startTime + test.end - 10 }],
    })),
    fc.record({ kind: few('present' as const), code: few(...codes), present: fc.boolean() }),
  );
  const { query } = fc.letrec<{ condition: SearchCondition; query: SearchQuery }>((tie) => ({
    condition: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      { weight: 6, arbitrary: plain },
      { weight: 2, arbitrary: someComposite(kinship) },
      { weight: 1, arbitrary: tie('condition').map((condition): SearchCondition => ({ kind: 'not', condition })) },
      {
        weight: 1,
        arbitrary: fc.array(tie('condition'), { maxLength: 2 }).map((of): SearchCondition => ({ kind: 'any', of })),
      },
      {
        weight: 2,
        arbitrary: fc
          .tuple(few(...codes), fc.array(tie('query'), { minLength: 1, maxLength: 2 }))
          .map(([code, of]): SearchCondition => ({ kind: 'chain', code, of })),
      },
      {
        weight: 2,
        arbitrary: fc
          .tuple(few(...codes), tie('query'))
          .map(([code, of]): SearchCondition => ({ kind: 'has', code, of })),
      },
    ),
    query: fc.record({
      resourceType: few(...types),
      conditions: fc.array(tie('condition'), { maxLength: 2 }),
    }),
  }));
  return query;
};

export const someSorting: fc.Arbitrary<SortRule[]> = fc.array(
  fc.record({
    code: few(...codes, '_lastUpdated', '_id'),
    direction: few('ascending' as const, 'descending' as const),
  }),
  { maxLength: 3 },
);
