import { isResourceType } from '../definitions/resource-types.ts';
import type { Issue } from '../outcome/operation-outcome.ts';
import { invariantIssues } from './invariants.ts';
import { judged, usualPolicy, type LevelledIssue, type ValidationPolicy } from './policy.ts';
import { StructureValidator } from './structure.ts';

/** Holds a resource against the profiles that it declares, or that are named beside it. */
export type ProfileCheck = (
  resource: { readonly resourceType: string },
  profiles: readonly string[],
) => readonly LevelledIssue[];

export type ValidatorOptions = {
  readonly policy: ValidationPolicy;
  /** Absent where no packages are configured: profiles are then not looked at. */
  readonly profiles?: ProfileCheck;
};

export type ValidateOptions = {
  /** The type of the URL that it came to. */
  readonly expectedType?: string | undefined;
  /** Canonical URLs of profiles that it must keep beside those that it declares. */
  readonly profiles?: readonly string[];
};

export type Validator = (value: unknown, options?: ValidateOptions) => Issue[];

const wrongType = (resourceType: string, expected: string): LevelledIssue => ({
  severity: 'error',
  code: 'structure',
  expression: `${resourceType}.resourceType`,
  diagnostics: `must be ${expected}`,
  level: 'structure',
});

const declared = (resource: object): readonly string[] => {
  const { meta } = resource as { readonly meta?: { readonly profile?: readonly string[] } };
  return meta?.profile ?? [];
};

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
    if (policy.profiles !== 'off' && profiles !== undefined)
      issues.push(...profiles(resource, [...new Set([...declared(resource), ...named])]));
    return judged(issues, policy);
  };

const usual = createValidator({ policy: usualPolicy });

/** The same against R4's own definitions, by the usual policy. */
export const validateResource = (value: unknown, expectedType?: string): Issue[] => usual(value, { expectedType });
