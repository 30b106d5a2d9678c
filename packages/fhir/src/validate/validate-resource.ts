import { isResourceType } from '../definitions/resource-types.ts';
import type { Issue } from '../outcome/operation-outcome.ts';
import { invariantIssues } from './invariants.ts';
import { judged, usualPolicy, type LevelledIssue, type ValidationPolicy } from './policy.ts';
import { createProfileCheck, type ProfileCheck } from './profiles/profile-check.ts';
import { StructureValidator } from './structure.ts';

export type ValidatorOptions = {
  readonly policy: ValidationPolicy;
  /** Absent where no packages are configured: declared profiles are then not looked at. */
  readonly profiles?: ProfileCheck;
};

export type ValidateOptions = {
  /** The type of the URL that it came to. */
  readonly expectedType?: string | undefined;
  /** Canonical URLs of profiles that it must keep beside those that it declares, whatever the policy; one not known here is an error. */
  readonly profiles?: readonly string[];
};

export type Validator = (value: unknown, options?: ValidateOptions) => Issue[];

const noProfiles = createProfileCheck([]);

const isAsked = ({ level }: LevelledIssue): boolean => level === 'asked';

const wrongType = (resourceType: string, expected: string): LevelledIssue => ({
  severity: 'error',
  code: 'structure',
  expression: `${resourceType}.resourceType`,
  diagnostics: `must be ${expected}`,
  level: 'structure',
});

/**
 * Makes what tells whether a parsed value is a valid R4 resource, contained resources and Bundle entries included: members, data types,
 * formats and cardinality, and, as the policy wants it, required bindings to enumerated code systems, types of references, the
 * definitions' own invariants, and profiles. Other terminology (preferred and extensible bindings, open code systems) is not
 * judged. Nothing is changed. No issues: valid. An issue names the FHIRPath of the element and never the value. Invariants and profiles
 * are looked at once the structure is right.
 */
export const createValidator =
  ({ policy, profiles }: ValidatorOptions): Validator =>
  (value, { expectedType, profiles: named = [] } = {}) => {
    const structure = new StructureValidator(value);
    structure.resource(value);
    const issues = [...structure.issues];
    if (issues.some(({ level }) => level === 'structure')) return judged(issues, policy);
    const resource = value as { readonly resourceType: string };
    if (expectedType !== undefined && isResourceType(expectedType) && resource.resourceType !== expectedType)
      return judged([wrongType(resource.resourceType, expectedType)], policy);
    if (policy.invariants !== 'off')
      issues.push(...invariantIssues(resource).map((issue) => ({ ...issue, level: 'invariants' as const })));
    if (profiles !== undefined && policy.profiles !== 'off') issues.push(...profiles(resource, named));
    else if (named.length > 0) issues.push(...(profiles ?? noProfiles)(resource, named).filter(isAsked));
    return judged(issues, policy);
  };

const usual = createValidator({ policy: usualPolicy });

/** The same against R4's own definitions, by the usual policy. */
export const validateResource = (value: unknown, expectedType?: string): Issue[] => usual(value, { expectedType });
