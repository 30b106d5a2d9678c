import { parseReference } from '../references/parse-reference.ts';
import type { IndexEntry } from './index-entry.ts';

/** No parameter: under this code the index keeps which Patients a Patient was merged with. */
export const mergedCode = '_merged';

type Link = { readonly type?: unknown; readonly other?: { readonly reference?: unknown } };

/** Two Patients that are one person, by `Patient.link` of either (https://hl7.org/fhir/R4/patient.html#links); `refer` and `seealso` are none. */
export const mergedPatients = (
  resource: { readonly resourceType: string; readonly link?: unknown },
  baseUrl: string,
): readonly IndexEntry[] => {
  if (resource.resourceType !== 'Patient' || !Array.isArray(resource.link)) return [];
  const links: readonly Link[] = resource.link;
  const merging = links.filter(({ type }) => type === 'replaced-by' || type === 'replaces');
  return merging.flatMap(({ other }) => {
    if (typeof other?.reference !== 'string') return [];
    const parsed = parseReference(other.reference, baseUrl);
    const isHere = parsed.kind === 'relative' || parsed.kind === 'local-absolute';
    return isHere && parsed.type === 'Patient'
      ? [{ kind: 'reference' as const, code: mergedCode, targetType: 'Patient', targetId: parsed.id }]
      : [];
  });
};
