/** Consent-semantics B2 and B4: what one consent says. */
import type { ResourceFacts } from '../resource/resource-facts.ts';
import type { ConsentTerms, Rule } from '../terms/consent-terms.ts';
import type { DecisionRequest } from './decision.ts';
import { matchRule } from './match-rule.ts';

/** `path` is that of the rule that decided. */
export type ConsentValue = { readonly says: 'permit' | 'deny'; readonly path: string } | { readonly says: 'nothing' };

const nothing: ConsentValue = { says: 'nothing' };

/** From what discloses least; where it is unknown whether a rule matches, the lesser of both answers holds. */
const order = { deny: 0, nothing: 1, permit: 2 } as const;
const lesser = (a: ConsentValue, b: ConsentValue): ConsentValue => (order[b.says] < order[a.says] ? b : a);

export const consentValue = (terms: ConsentTerms, request: DecisionRequest, facts: ResourceFacts): ConsentValue => {
  const path = 'Consent.policyRule';
  if (terms.root === undefined) return { says: terms.policy === 'optin' ? 'permit' : 'deny', path };
  return ruleValue(terms.root, request, facts, terms.policy === 'optin' ? { says: 'permit', path } : nothing);
};

/** B4; `otherwise` where the rule does not match. */
const ruleValue = (
  rule: Rule,
  request: DecisionRequest,
  facts: ResourceFacts,
  otherwise: ConsentValue,
): ConsentValue => {
  const match = matchRule(rule, request, facts);
  if (match === 'no') return otherwise;
  const below = rule.rules.map((each) => ruleValue(each, request, facts, nothing));
  const exception = below.find(({ says }) => says === 'deny') ?? below.find(({ says }) => says === 'permit');
  const value = exception ?? { says: rule.type, path: rule.path };
  return match === 'yes' ? value : lesser(value, otherwise);
};
