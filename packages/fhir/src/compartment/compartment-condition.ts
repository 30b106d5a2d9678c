import type { SearchCondition } from '../search/search-query.ts';
import { compartmentMembers } from './compartment-definitions.ts';

/**
 * What makes a record of the type a member of the compartment of `<compartmentType>/<id>` (https://hl7.org/fhir/R4/compartmentdefinition.html);
 * the resource itself is one. Undefined if the compartment has no such members.
 */
export const compartmentCondition = (
  compartmentType: string,
  id: string,
  resourceType: string,
): SearchCondition | undefined => {
  const members = compartmentMembers(compartmentType);
  if (members === undefined) return undefined;
  const parameters = members.get(resourceType) ?? [];
  const byReference = parameters
    .filter((code) => code !== '{def}')
    .map((code): SearchCondition => ({
      kind: 'reference',
      code,
      anyOf: [{ match: 'resource', targetType: compartmentType, targetId: id }],
    }));
  const itself: readonly SearchCondition[] = resourceType === compartmentType ? [{ kind: 'id', anyOf: [id] }] : [];
  const of = [...itself, ...byReference];
  return of.length === 0 ? undefined : { kind: 'any', of };
};
