import type { Issue } from '../outcome/operation-outcome.ts';
import { indexedCodes } from './index-entry.ts';
import { parseParameterName } from './parameter-name.ts';
import type { ParameterName } from './parameter-name.ts';
import { alternatives, dateTest, idTest, isTargetModifier, referenceTest, tokenTest } from './parameter-value.ts';
import { resultReader } from './result-parameters.ts';
import { searchParameter } from './search-parameter.ts';
import type { ResultParameters, SearchCondition, SearchQuery } from './search-query.ts';

export type SearchContext = {
  /** This server's, for absolute references that point here. */
  readonly baseUrl: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
};

export type ParsedSearch =
  | {
      readonly outcome: 'parsed';
      readonly query: SearchQuery;
      readonly result: ResultParameters;
      /** One for each parameter that is not known here: an error when strict, left out when lenient. */
      readonly unknown: readonly Issue[];
    }
  /** Malformed values (`invalid`) and modifiers or chains (`not-supported`): refused when lenient too (R4 search.html#modifiers). */
  | { readonly outcome: 'refused'; readonly issues: readonly Issue[] };

type Reading =
  | { readonly is: 'condition'; readonly condition: SearchCondition }
  | { readonly is: 'result'; readonly result: ResultParameters }
  | { readonly is: 'unknown'; readonly issue: Issue }
  | { readonly is: 'refused'; readonly issue: Issue };

/** A name that a parameter may have is repeated, anything else may be content. */
const shown = (name: string): string => (/^[A-Za-z_][A-Za-z0-9_:.-]{0,99}$/.test(name) ? name : '?');

const refusal = (name: string, code: 'invalid' | 'not-supported', what: string): Reading => ({
  is: 'refused',
  issue: { severity: 'error', code, diagnostics: `search parameter ${shown(name)} ${what}` },
});

/** All of the alternatives, or undefined if one is malformed. */
const each = <T>(value: string, test: (alternative: string) => T | undefined): readonly T[] | undefined => {
  const tests = alternatives(value)?.map(test);
  return tests === undefined || tests.includes(undefined) ? undefined : (tests as readonly T[]);
};

class SearchReader {
  private readonly resourceType: string;
  private readonly context: SearchContext;

  constructor(resourceType: string, context: SearchContext) {
    this.resourceType = resourceType;
    this.context = context;
  }

  read(name: string, value: string): Reading {
    const parsed = parseParameterName(name);
    if (parsed.kind === 'malformed') return refusal(name, 'invalid', 'is not a parameter name');
    if (parsed.kind !== 'plain') return refusal(name, 'not-supported', 'is a chain, which is not supported');
    const result = resultReader(parsed.code);
    if (result !== undefined) return this.readResult(name, parsed, result(value));
    const condition = this.condition(parsed, value);
    if (condition === 'unknown')
      return {
        is: 'unknown',
        issue: {
          severity: 'error',
          code: 'not-supported',
          diagnostics: `search parameter ${shown(name)} is not supported`,
        },
      };
    if (condition === 'modifier') return refusal(name, 'not-supported', 'has a modifier that is not supported');
    return condition === undefined ? refusal(name, 'invalid', 'has a malformed value') : { is: 'condition', condition };
  }

  private readResult(name: string, { modifier }: { modifier?: string }, result: ResultParameters | undefined): Reading {
    if (modifier !== undefined) return refusal(name, 'not-supported', 'has a modifier that is not supported');
    return result === undefined ? refusal(name, 'invalid', 'has a malformed value') : { is: 'result', result };
  }

  private condition(
    { code, modifier }: ParameterName & { kind: 'plain' },
    value: string,
  ): SearchCondition | 'unknown' | 'modifier' | undefined {
    const { baseUrl, now } = this.context;
    const known = code === '_id' || code === '_lastUpdated' || indexedCodes.includes(code);
    const parameter = known ? searchParameter(this.resourceType, code) : undefined;
    if (parameter === undefined) return 'unknown';
    const toType =
      parameter.type === 'reference' && modifier !== undefined && isTargetModifier(modifier, parameter.targets);
    if (modifier !== undefined && !toType) return 'modifier';
    if (code === '_id') {
      const anyOf = each(value, idTest);
      return anyOf && { kind: 'id', anyOf };
    }
    if (parameter.type === 'date') {
      const anyOf = each(value, (date) => dateTest(date, now));
      return anyOf && (code === '_lastUpdated' ? { kind: 'last-updated', anyOf } : { kind: 'date', code, anyOf });
    }
    if (parameter.type === 'token') {
      const anyOf = each(value, tokenTest);
      return anyOf && { kind: 'token', code, anyOf };
    }
    const anyOf = each(value, (reference) => referenceTest(reference, baseUrl, modifier));
    return anyOf && { kind: 'reference', code, anyOf };
  }
}

/**
 * A search on one type, from the decoded names and values in their order: commas mean or, a repeated parameter means and.
 * Of a repeated result parameter the first stands and others that differ are refused. Issues name the parameter, never
 * its value.
 */
export const parseSearchQuery = (
  resourceType: string,
  entries: Iterable<readonly [name: string, value: string]>,
  context: SearchContext,
): ParsedSearch => {
  const reader = new SearchReader(resourceType, context);
  const conditions: SearchCondition[] = [];
  const unknown: Issue[] = [];
  const refused: Issue[] = [];
  let result: ResultParameters = {};
  for (const [name, value] of entries) {
    const reading = reader.read(name, value);
    if (reading.is === 'condition') conditions.push(reading.condition);
    else if (reading.is === 'unknown') unknown.push(reading.issue);
    else if (reading.is === 'refused') refused.push(reading.issue);
    else {
      const merged = { ...reading.result, ...result };
      if (Object.entries(reading.result).some(([key, own]) => merged[key as keyof ResultParameters] !== own))
        refused.push({
          severity: 'error',
          code: 'invalid',
          diagnostics: `search parameter ${shown(name)} is repeated`,
        });
      result = merged;
    }
  }
  if (refused.length > 0) return { outcome: 'refused', issues: [...refused, ...unknown] };
  return { outcome: 'parsed', query: { resourceType, conditions }, result, unknown };
};
