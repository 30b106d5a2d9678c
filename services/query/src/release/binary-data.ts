/** A Binary's content is kept beside its version; the version names it by hash. Older ones hold it as R4 writes it, in `data`. */
import type { JsonValue } from '@chartseal/fhir';
import { ChartsealError } from '@chartseal/ports';
import { contentHash, isContentOf } from '@chartseal/server';

type JsonObject = { readonly [member: string]: JsonValue };

export const isResource = (value: JsonValue): value is JsonObject & { readonly resourceType: string } =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && typeof value.resourceType === 'string';

/** @throws ChartsealError `corrupt` if what is kept is not what the hash names */
export const dataOf = async (
  resource: JsonObject,
  kept: () => Promise<Uint8Array | undefined>,
): Promise<{ readonly contentType: string; readonly data: Uint8Array }> => {
  const contentType = typeof resource.contentType === 'string' ? resource.contentType : '';
  if (contentHash(resource) === undefined) {
    const inside = typeof resource.data === 'string' ? resource.data : '';
    return { contentType, data: Buffer.from(inside, 'base64') };
  }
  const data = await kept();
  if (data === undefined || !isContentOf(resource, data)) {
    throw new ChartsealError('corrupt', 'the content of a Binary is not what its version names');
  }
  return { contentType, data };
};
