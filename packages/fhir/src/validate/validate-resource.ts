import { isResourceType } from '../definitions/resource-types.ts';
import type { Issue } from '../outcome/operation-outcome.ts';
import { distinctFault } from './distinct-invariants.ts';
import { invariantIssues } from './invariants.ts';
import { StructureValidator } from './structure.ts';

type Entry = { readonly resource?: { readonly resourceType: string } };

const invariantsOfOne = (resource: object, prefix: string): Issue[] => {
  const typed = resource as { readonly resourceType: string };
  const here = prefix === '' ? typed.resourceType : prefix;
  const diagnostics = distinctFault(typed);
  const issues = invariantIssues(resource, prefix);
  if (diagnostics !== undefined) issues.push({ severity: 'error', code: 'invariant', expression: here, diagnostics });
  // The validator looks at the data types of contained resources, but not at the invariants of their type.
  const { contained } = resource as { readonly contained?: readonly object[] };
  contained?.forEach((inner, index) => issues.push(...invariants(inner, `${here}.contained[${index}]`)));
  return issues;
};

/** Bundles in Bundles are legal; their entries are checked as deep as the JSON may go. */
const invariants = (resource: object, prefix: string): Issue[] => {
  const { resourceType, entry } = resource as { readonly resourceType: string; readonly entry?: readonly Entry[] };
  if (resourceType !== 'Bundle' || entry === undefined) return invariantsOfOne(resource, prefix);
  // Each entry is a root of its own: `#id` looks into its own `contained` (R4 references.html#contained).
  const outline = { ...resource, entry: entry.map((item) => (item.resource === undefined ? item : outlineOf(item))) };
  const own = invariantsOfOne(outline, prefix).filter(
    ({ expression }) => !/entry\[\d+\]\.resource/.test((expression ?? '').slice(prefix.length)),
  );
  const here = prefix === '' ? 'Bundle' : prefix;
  const inner = entry.flatMap((item, index) =>
    item.resource === undefined ? [] : invariants(item.resource, `${here}.entry[${index}].resource`),
  );
  return [...own, ...inner];
};

const outlineOf = (entry: Entry): Entry => {
  const { resourceType, id, meta } = entry.resource as { resourceType: string; id?: string; meta?: object };
  return {
    ...entry,
    resource: { resourceType, ...(id === undefined ? {} : { id }), ...(meta === undefined ? {} : { meta }) },
  };
};

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
  return invariants(value as object, '');
};
