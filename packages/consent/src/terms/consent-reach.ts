/**
 * Whom, for what and when a consent could permit anything at all, whatever the record: what is asked before candidates are looked for. It
 * says too much rather than too little; `decide` alone permits.
 */
import type { DecisionRequest } from '../decision/decision.ts';
import { includesPurpose, purposesIncluding } from '../purpose/purpose-of-use.ts';
import type { ConsentTerms, Rule } from './consent-terms.ts';

/** Stands for every organisation, or every purpose. */
export const anyone = '*';

/** Milliseconds since the epoch; open ends are infinite. `until` is excluded. */
export type Reach = {
  readonly organization: string;
  readonly purpose: string;
  readonly from: number;
  readonly until: number;
};

/** Counts the changes of what `consentReach` yields. */
export const reachGeneration = 1;

/** Who asks, as a `Reach` names it: any of these organisations, for any of these purposes. */
export type Asking = {
  readonly organizations: readonly string[];
  readonly purposes: readonly string[];
  readonly at: number;
};

export const askingOf = ({ organization, parents, purpose, decisionTime }: DecisionRequest): Asking => ({
  organizations: [organization, ...parents, anyone],
  purposes: [...purposesIncluding(purpose), anyone],
  at: decisionTime,
});

export const reaches = ({ organization, purpose, from, until }: Reach, asking: Asking): boolean =>
  asking.organizations.includes(organization) &&
  asking.purposes.includes(purpose) &&
  from <= asking.at &&
  asking.at < until;

/** Whom a rule speaks to; undefined: it does not say. */
type Scope = {
  readonly organizations: readonly string[] | undefined;
  readonly purposes: readonly string[] | undefined;
  readonly from: number;
  readonly until: number;
};

const everyone: Scope = { organizations: undefined, purposes: undefined, from: -Infinity, until: Infinity };

/** What the terms permit anything under. Each pair once, for as long as any rule does. */
export const consentReach = (terms: ConsentTerms): readonly Reach[] => {
  const scopes = terms.policy === 'optin' ? [everyone] : terms.root === undefined ? [] : scopesOf(terms.root);
  const found = new Map<string, Reach>();
  for (const { organizations = [anyone], purposes, from, until } of scopes)
    for (const organization of organizations)
      for (const purpose of governed(terms.scope, purposes)) {
        const name = JSON.stringify([organization, purpose]);
        const known = found.get(name) ?? { from, until };
        const times = { from: Math.min(known.from, from), until: Math.max(known.until, until) };
        found.set(name, { organization, purpose, ...times });
      }
  return [...found.values()];
};

/** A5: research consents govern HRESCH and below, and nothing else does. */
const governed = (scope: ConsentTerms['scope'], purposes: readonly string[] | undefined): readonly string[] => {
  const research = 'HRESCH';
  if (purposes === undefined) return [scope === 'research' ? research : anyone];
  return purposes.filter((purpose) => includesPurpose(research, purpose) === (scope === 'research'));
};

/** What lies below a rule speaks to nobody that the rule does not speak to (B4). */
const scopesOf = (rule: Rule): readonly Scope[] => {
  if (rule.actions?.every((action) => action !== 'access' && action !== 'disclose') === true) return [];
  const own = scopeOf(rule);
  return rule.type === 'permit' ? [own] : rule.rules.flatMap(scopesOf).map((below) => narrower(own, below));
};

const scopeOf = ({ actors, purposes, period }: Rule): Scope => {
  const named = actors?.flatMap((actor) => (actor.role === 'recipient' ? [actor.organization] : []));
  // One that is no recipient may match whoever asks (B3).
  const organizations = named?.length === actors?.length ? named : undefined;
  const { start: from, end: until } = period?.outer ?? { start: -Infinity, end: Infinity };
  return { organizations, purposes, from, until };
};

const narrower = (above: Scope, below: Scope): Scope => ({
  organizations: below.organizations ?? above.organizations,
  purposes: below.purposes ?? above.purposes,
  from: Math.max(above.from, below.from),
  until: Math.min(above.until, below.until),
});
