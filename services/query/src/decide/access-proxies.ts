/** Binary says nothing of whose it is (B11, https://hl7.org/fhir/R4/binary.html#security). */
import { parseReference } from '@chartseal/fhir';
import type { RecordKey, RecordStore, StoredVersion } from '@chartseal/ports';
import type { ExaminedContent } from './examined-content.ts';

/** More stored records than this that reference one Binary: too many to look at, so in doubt. */
const referrerLimit = 200;

/** A Binary that another Binary protects, and so on: how far to follow before it is in doubt. */
export const proxyDepth = 3;

/** The records whose fate a Binary shares: its securityContext, else all that reference it. Empty: in doubt. */
export const accessProxies = async (
  records: RecordStore,
  { resource, version }: ExaminedContent,
  fhirBaseUrl: string,
): Promise<readonly StoredVersion[]> => {
  const { securityContext } = resource;
  if (securityContext !== undefined) {
    const key = localKey(securityContext, fhirBaseUrl);
    const context = key === undefined ? undefined : await records.read(key);
    return context === undefined ? [] : [context];
  }
  const referrers = await records.referrers(version, referrerLimit + 1);
  if (referrers.length > referrerLimit) return [];
  return referrers.filter(({ state }) => state === 'content');
};

const localKey = (reference: unknown, fhirBaseUrl: string): RecordKey | undefined => {
  if (typeof reference !== 'object' || reference === null || !('reference' in reference)) return undefined;
  if (typeof reference.reference !== 'string') return undefined;
  const parsed = parseReference(reference.reference, fhirBaseUrl);
  return parsed.kind === 'relative' || parsed.kind === 'local-absolute'
    ? { resourceType: parsed.type, id: parsed.id }
    : undefined;
};
