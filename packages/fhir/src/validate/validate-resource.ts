import { isResourceType } from '../definitions/resource-types.ts';
import type { Issue } from '../outcome/operation-outcome.ts';
import { invariantIssues } from './invariants.ts';
import { StructureValidator } from './structure.ts';

/**
 * Whether a parsed value is a valid R4 resource, contained resources and Bundle entries included: members, data types,
 * formats, cardinality, required bindings to enumerated code systems, and the definitions' own invariants. Other
 * terminology (UCUM, preferred and extensible bindings, open code systems) is not judged. Nothing is changed. No issues:
 * valid. An issue names the FHIRPath of the element and never the value. Invariants are looked at once the structure is
 * right.
 *
 * @param expectedType the type of the URL that it came to
 */
export const validateResource = (value: unknown, expectedType?: string): Issue[] => {
  const structure = new StructureValidator(value);
  structure.resource(value);
  if (structure.issues.length > 0) return structure.issues;
  const { resourceType } = value as { readonly resourceType: string };
  if (expectedType !== undefined && isResourceType(expectedType) && resourceType !== expectedType)
    return [
      {
        severity: 'error',
        code: 'structure',
        expression: `${resourceType}.resourceType`,
        diagnostics: `must be ${expectedType}`,
      },
    ];
  return [...invariantIssues(value as { readonly resourceType: string })];
};
