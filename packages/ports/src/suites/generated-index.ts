/** Index entries as a resource may have them, few enough values that many meet. */
import type { IndexEntry, ValueEntry } from '@chartseal/fhir';
import fc from 'fast-check';

export const few = <T>(...values: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...values);

/** Types that are met in one run. Each has records with these ids. */
export type Kinship = { readonly types: readonly string[]; readonly ids: readonly string[] };

export const someInterval = fc
  .tuple(few(0, 10, 20, 30), few(1, 10, 25))
  .map(([from, length]) => ({ start: from, end: from + length }));

export const systems = ['', 'http://a', 'b'] as const;
export const texts = [
  'Ada',
  'ada lovelace',
  'Ádám',
  'x%_',
  '\u{1F600} smile',
  '\uFF21bc',
  `long ${'é'.repeat(500)}`,
] as const;
export const uris = [
  'http://x.org/a',
  'http://x.org/a/',
  'http://x.org/a/b',
  'http://x.org/ab',
  'urn:oid:1.2',
] as const;
export const decimals = ['-2.5', '0', '0.004', '1', '1.0', '2.50', '99999999999999999999.5'] as const;
export const units = ['mg', 'g', 'mmHg'] as const;

const range = (open: boolean): fc.Arbitrary<{ low: string | null; high: string | null }> =>
  fc.tuple(few(...decimals), few(...decimals), few('point', 'range', 'from', 'to')).map(([one, other, shape]) => {
    const [low, high] = Number(one) <= Number(other) ? [one, other] : [other, one];
    if (shape === 'point') return { low: one, high: one };
    if (!open || shape === 'range') return { low, high };
    return shape === 'from' ? { low, high: null } : { low: null, high };
  });

const kinds = {
  token: (code: string) =>
    fc.record({
      kind: few('token' as const),
      code: few(code),
      system: few(null, ...systems),
      value: few('', 'x', 'y'),
    }),
  date: (code: string) => someInterval.map((interval): ValueEntry => ({ kind: 'date', code, ...interval })),
  string: (code: string) => few(...texts).map((value): ValueEntry => ({ kind: 'string', code, value })),
  uri: (code: string) => few(...uris).map((value): ValueEntry => ({ kind: 'uri', code, value })),
  number: (code: string) => range(true).map((bounds): ValueEntry => ({ kind: 'number', code, ...bounds })),
  quantity: (code: string) =>
    fc
      .tuple(
        range(true),
        few(null, 'http://ucum', 'b'),
        few(null, ...units),
        few(null, ...units),
        few(null, 'g'),
        range(true),
      )
      .map(([bounds, system, unitCode, unit, canonical, inCanonical]): ValueEntry => ({
        kind: 'quantity',
        code,
        ...bounds,
        system,
        unitCode,
        unit,
        canonical: canonical === null ? null : { unit: canonical, ...inCanonical },
      })),
} satisfies Record<string, (code: string) => fc.Arbitrary<ValueEntry>>;

const referenceOf = ({ types, ids }: Kinship, code: string): fc.Arbitrary<ValueEntry> =>
  fc.oneof(
    fc.record({ kind: few('reference' as const), code: few(code), targetType: few(...types), targetId: few(...ids) }),
    few('urn:1', 'urn:2').map((url): ValueEntry => ({ kind: 'reference-url', code, url })),
  );

/** Of each composite, the kinds of its components after the first. */
export const composites = {
  pair: ['token'],
  measured: ['quantity'],
  dated: ['date'],
  worded: ['string'],
  located: ['uri'],
  related: ['reference'],
  placed: ['number', 'number'],
} as const satisfies Record<string, readonly (keyof typeof kinds | 'reference')[]>;

export type CompositeCode = keyof typeof composites;
export const compositeCodes = Object.keys(composites) as readonly CompositeCode[];

const someComposite = (kinship: Kinship): fc.Arbitrary<IndexEntry> =>
  fc.oneof(
    ...compositeCodes.map((code) => {
      const others = composites[code].map((kind, place) => {
        const name = `${code}$${place + 1}`;
        const one = kind === 'reference' ? referenceOf(kinship, name) : kinds[kind](name);
        return fc.array<ValueEntry>(one, { minLength: 1, maxLength: 2 });
      });
      const first = fc.array<ValueEntry>(kinds.token(`${code}$0`), { minLength: 1, maxLength: 2 });
      return fc.tuple(first, ...others).map((components): IndexEntry => ({ kind: 'composite', code, components }));
    }),
  );

export const codes = ['code', 'other'] as const;

const sortValues = ['', 'a', 'ab', 'B', '\uFF21', '\u{1F600}'] as const;
const inCodePoints = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

/** What is sorted by is there too. */
const someSort: fc.Arbitrary<IndexEntry[]> = fc
  .tuple(few(...codes), few(...sortValues), few(...sortValues))
  .map(([code, one, other]) => {
    const [lowest = '', highest = ''] = [one, other].sort(inCodePoints);
    return [
      { kind: 'sort', code, lowest, highest },
      { kind: 'present', code },
    ];
  });

export const someIndex = (kinship: Kinship): fc.Arbitrary<IndexEntry[]> => {
  const value = (code: string): fc.Arbitrary<IndexEntry> =>
    fc.oneof<fc.Arbitrary<IndexEntry>[]>(
      ...Object.values(kinds).map((kind) => kind(code)),
      referenceOf(kinship, code),
      referenceOf(kinship, code),
    );
  const one = fc.oneof(
    {
      weight: 6,
      arbitrary: few(...codes)
        .chain(value)
        .map((entry) => [entry]),
    },
    { weight: 2, arbitrary: someComposite(kinship).map((entry) => [entry]) },
    { weight: 2, arbitrary: someSort },
    { weight: 1, arbitrary: few(...codes).map((code): IndexEntry[] => [{ kind: 'present', code }]) },
  );
  return fc.array(one, { maxLength: 9 }).map((entries) => entries.flat());
};
