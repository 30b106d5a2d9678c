/** https://hl7.org/fhir/R4/search.html#modifiers of token parameters that need terminology. */
import { expandValueSet } from '../terminology/expand-value-set.ts';
import { subsumed } from '../terminology/subsumption.ts';
import { unescape } from './parameter-value.ts';
import type { TokenTest } from './search-query.ts';

/** `unknown`: the value set, or the code system's hierarchy, is not known here: to find nothing then would be a wrong answer. */
export type TerminologyTests = readonly TokenTest[] | 'unknown' | undefined;

export const inValueSet = (value: string): TerminologyTests => {
  const url = unescape(value);
  if (url === undefined || url === '') return undefined;
  const tokens = expandValueSet(url);
  if (tokens === undefined) return 'unknown';
  return [...tokens].flatMap((token): TokenTest[] => {
    const bar = token.lastIndexOf('|');
    const code = token.slice(bar + 1);
    // A bare code's system is the one that its own binding implies.
    return [{ match: 'system-and-value', system: token.slice(0, bar), value: code }];
  });
};

export const subsumption = (test: TokenTest, direction: 'above' | 'below'): TerminologyTests => {
  if (test.match !== 'system-and-value') return 'unknown';
  const codes = subsumed(test.system, test.value, direction);
  return codes?.map((value) => ({ match: 'system-and-value', system: test.system, value })) ?? 'unknown';
};
