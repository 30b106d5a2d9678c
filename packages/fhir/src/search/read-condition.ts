import { mimeTypeBase, mimeTypeCodes } from './mime-type.ts';
import {
  alternatives,
  dateTest,
  idTest,
  prefixedNumberTest,
  referenceTest,
  split,
  stringTest,
  tokenTest,
  typedIdentifierTest,
  unescape,
  uriTest,
} from './parameter-value.ts';
import { quantityTests } from './quantity-test.ts';
import { searchParameterByUrl, type SearchParameter, type SearchParameterType } from './search-parameter.ts';
import type { CompositeTest, ReferenceTest, SearchCondition, TokenTest, ValueCondition } from './search-query.ts';
import { inValueSet, subsumption, type TerminologyTests } from './token-modifiers.ts';

export type SearchContext = {
  /** This server's, for absolute references that point here. */
  readonly baseUrl: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
};

/** Why there is no condition: the value is malformed, the modifier is not this parameter's, or its terminology is not known here. */
export type ConditionFault = 'malformed' | 'modifier' | 'terminology';
export type ReadCondition = SearchCondition | ConditionFault;

/** All of the alternatives, or undefined if one is malformed. */
const each = <T>(value: string, test: (alternative: string) => T | undefined): readonly T[] | undefined => {
  const tests = alternatives(value)?.map(test);
  return tests === undefined || tests.includes(undefined) ? undefined : (tests as readonly T[]);
};

/** A condition on plain values of a parameter of that type. */
const plain = (
  { code, type }: Pick<SearchParameter, 'code' | 'type'>,
  value: string,
  { baseUrl, now }: SearchContext,
): ValueCondition | undefined => {
  switch (type) {
    case 'token': {
      const anyOf = each(value, tokenTest);
      return anyOf && { kind: 'token', code, anyOf };
    }
    case 'string': {
      const anyOf = each(value, (text) => stringTest(text, 'starts'));
      return anyOf && { kind: 'string', code, anyOf };
    }
    case 'date': {
      const anyOf = each(value, (date) => dateTest(date, now));
      return anyOf && { kind: 'date', code, anyOf };
    }
    case 'number': {
      const anyOf = each(value, prefixedNumberTest);
      return anyOf && { kind: 'number', code, anyOf };
    }
    case 'quantity': {
      const anyOf = each(value, quantityTests)?.flat();
      return anyOf && { kind: 'quantity', code, anyOf };
    }
    case 'uri': {
      const anyOf = each(value, (uri) => uriTest(uri, 'exact'));
      return anyOf && { kind: 'uri', code, anyOf };
    }
    case 'reference': {
      const anyOf = each(value, (reference) => referenceTest(reference, baseUrl));
      return anyOf && { kind: 'reference', code, anyOf };
    }
    case 'composite':
    case 'special':
      break;
  }
  return undefined;
};

const composite = (
  { code, components }: SearchParameter,
  value: string,
  context: SearchContext,
): SearchCondition | undefined => {
  const anyOf = each(value, (alternative): CompositeTest | undefined => {
    const pieces = split(alternative, '$');
    if (pieces.length !== components.length || pieces.includes('')) return undefined;
    const [first, ...rest] = components.map(({ definition }, place) => {
      const type = searchParameterByUrl(definition)?.type ?? 'special';
      return plain({ code: `${code}$${place}`, type }, pieces[place] ?? '', context);
    });
    if (first?.kind !== 'token' || rest.includes(undefined)) return undefined;
    return [first, ...rest.filter((one) => one !== undefined)];
  });
  return anyOf && { kind: 'composite', code, anyOf };
};

const ofTests = (code: string, tests: readonly TerminologyTests[]): ReadCondition => {
  if (tests.includes('unknown')) return 'terminology';
  if (tests.includes(undefined)) return 'malformed';
  return { kind: 'token', code, anyOf: (tests as readonly (readonly TokenTest[])[]).flat() };
};

const negated = (condition: ReadCondition): ReadCondition =>
  typeof condition === 'string' ? condition : { kind: 'not', condition };

/** @param types the R4 data types that the parameter's values may have */
type Reader = (
  parameter: SearchParameter,
  value: string,
  context: SearchContext,
  types: ReadonlySet<string>,
) => ReadCondition;

const orMalformed = (condition: SearchCondition | undefined): ReadCondition => condition ?? 'malformed';

const withWords = ['CodeableConcept', 'Coding', 'Identifier'];

const words: Reader = ({ code }, value, _context, types) => {
  if (!withWords.some((type) => types.has(type))) return 'modifier';
  const anyOf = each(value, (text) => stringTest(text, 'starts'));
  return orMalformed(anyOf && { kind: 'string', code: `${code}:text`, anyOf });
};

const memberOf: Reader = ({ code }, value) => ofTests(code, (alternatives(value) ?? ['']).map(inValueSet));

const under =
  (direction: 'above' | 'below'): Reader =>
  ({ code }, value) => {
    const tests = each(value, tokenTest);
    return tests === undefined
      ? 'malformed'
      : ofTests(
          code,
          tests.map((test) => subsumption(test, direction)),
        );
  };

const mimeType: Reader = ({ code }, value) => {
  const anyOf = each(value, (text): TokenTest | undefined => {
    const plainText = unescape(text);
    return plainText === undefined ? undefined : { match: 'value', value: mimeTypeBase(plainText) };
  });
  return orMalformed(anyOf && { kind: 'token', code: `${code}:below`, anyOf });
};

const isMimeType = ({ code }: SearchParameter, types: ReadonlySet<string>): boolean =>
  mimeTypeCodes.has(code) && types.has('code');

const below: Reader = (parameter, value, context, types) =>
  (isMimeType(parameter, types) ? mimeType : under('below'))(parameter, value, context, types);

const ofType: Reader = ({ code }, value, _context, types) => {
  if (!types.has('Identifier')) return 'modifier';
  const anyOf = each(value, typedIdentifierTest);
  return orMalformed(anyOf && { kind: 'token', code: `${code}:ofType`, anyOf });
};

const text =
  (match: 'exact' | 'contains'): Reader =>
  ({ code }, value) => {
    const anyOf = each(value, (one) => stringTest(one, match));
    return orMalformed(anyOf && { kind: 'string', code, anyOf });
  };

const uri =
  (match: 'above' | 'below'): Reader =>
  ({ code }, value) => {
    const anyOf = each(value, (one) => uriTest(one, match));
    return orMalformed(anyOf && { kind: 'uri', code, anyOf });
  };

/** R4 search.html#reference: "not supported on canonical elements". */
const identifier: Reader = ({ code }, value, _context, types) => {
  if (!types.has('Reference')) return 'modifier';
  const anyOf = each(value, tokenTest);
  return orMalformed(anyOf && { kind: 'token', code: `${code}:identifier`, anyOf });
};

/** R4 search.html#versions: with the beginning of a version, or whatever the version. Hierarchies of records are not followed. */
const canonicalBelow: Reader = ({ code }, value, _context, types) => {
  if (!types.has('canonical')) return 'modifier';
  const anyOf = each(value, (text): ReferenceTest | undefined => {
    const url = unescape(text);
    return url === undefined || /\s/.test(url) ? undefined : { match: 'url', url };
  });
  return orMalformed(anyOf && { kind: 'reference', code: `${code}:below`, anyOf });
};

/** R4 search.html#token: what is a string by its data type is found whatever the case. */
const token: Reader = (parameter, value, context, types) =>
  orMalformed(plain(parameter, types.has('string') ? value.toLowerCase() : value, context));

/** R4 search.html#modifiers, by the parameter's type; `:missing` and `:[type]` apart. R4 writes `:ofType` and `:of-type`. */
const modifiers: Readonly<Partial<Record<SearchParameterType, Readonly<Record<string, Reader>>>>> = {
  token: {
    not: (...asked) => negated(token(...asked)),
    text: words,
    in: memberOf,
    'not-in': (...asked) => negated(memberOf(...asked)),
    above: under('above'),
    below,
    ofType,
    'of-type': ofType,
  },
  string: { exact: text('exact'), contains: text('contains') },
  uri: { above: uri('above'), below: uri('below') },
  reference: { identifier, below: canonicalBelow },
};

const typed = (parameter: SearchParameter, type: string, value: string, { baseUrl }: SearchContext): ReadCondition => {
  const { code } = parameter;
  const anyOf = each(value, (reference) => referenceTest(reference, baseUrl, type));
  return orMalformed(anyOf && { kind: 'reference', code, anyOf });
};

const readId = (value: string): ReadCondition => {
  const anyOf = each(value, idTest);
  return orMalformed(anyOf && { kind: 'id', anyOf });
};

const ofId = (modifier: string | undefined, value: string): ReadCondition => {
  if (modifier === 'not') return negated(readId(value));
  return modifier === undefined ? readId(value) : 'modifier';
};

const readLastUpdated = (value: string, { now }: SearchContext): ReadCondition => {
  const anyOf = each(value, (date) => dateTest(date, now));
  return orMalformed(anyOf && { kind: 'last-updated', anyOf });
};

const present = (code: string, value: string): ReadCondition =>
  value === 'true' || value === 'false' ? { kind: 'present', code, present: value === 'false' } : 'malformed';

const unmodified = (parameter: SearchParameter, value: string, context: SearchContext): SearchCondition | undefined =>
  parameter.type === 'composite' ? composite(parameter, value, context) : plain(parameter, value, context);

/**
 * One parameter with its modifier and its value, still escaped.
 *
 * @param types the R4 data types that the parameter's values may have
 */
export const readCondition = (
  parameter: SearchParameter,
  types: ReadonlySet<string>,
  modifier: string | undefined,
  value: string,
  context: SearchContext,
): ReadCondition => {
  const { code, type } = parameter;
  if (code === '_id') return ofId(modifier, value);
  if (code === '_lastUpdated') return modifier === undefined ? readLastUpdated(value, context) : 'modifier';
  if (modifier === undefined)
    return type === 'token'
      ? token(parameter, value, context, types)
      : orMalformed(unmodified(parameter, value, context));
  if (modifier === 'missing') return present(code, value);
  const ofParameter = modifiers[type] ?? {};
  const reader = Object.hasOwn(ofParameter, modifier) ? ofParameter[modifier] : undefined;
  if (reader !== undefined) return reader(parameter, value, context, types);
  return type === 'reference' && parameter.targets.includes(modifier)
    ? typed(parameter, modifier, value, context)
    : 'modifier';
};
