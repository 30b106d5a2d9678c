import type { Issue } from '../outcome/operation-outcome.ts';

/**
 * What a resource is held against beside its structure, which is never open to choice: required bindings to enumerated codes, invariants,
 * the types that references may point to, and declared profiles that are known here.
 */
export type ValidationLevel = 'bindings' | 'invariants' | 'references' | 'profiles';

/** `reject`: an error. `warn`: told, and let pass. `off`: not told. */
export type Severity = 'reject' | 'warn' | 'off';

export type ValidationPolicy = Readonly<Record<ValidationLevel, Severity>>;

/** Some of R4's own examples reference types that their elements do not name: that is a doubt, not a refusal. */
export const usualPolicy: ValidationPolicy = {
  bindings: 'reject',
  invariants: 'reject',
  references: 'warn',
  profiles: 'reject',
};

/** An issue, and what it was held against. `asked`: a profile that was named by who asks, whatever the policy says of declared ones. */
export type LevelledIssue = Issue & { readonly level: ValidationLevel | 'structure' | 'asked' };

/**
 * A record with thousands of faults is answered with the first ones of each level: an answer must not outgrow its question, and doubts
 * must not crowd out errors.
 */
export const maxIssues = 100;

/** What a policy makes of issues. */
export const judged = (issues: readonly LevelledIssue[], policy: ValidationPolicy): Issue[] =>
  issues.flatMap(({ level, ...issue }) => {
    const severity = level === 'structure' || level === 'asked' ? 'reject' : policy[level];
    if (severity === 'off') return [];
    return [severity === 'warn' && issue.severity === 'error' ? { ...issue, severity: 'warning' } : issue];
  });
