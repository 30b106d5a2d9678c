/** A Binary's content is kept beside its version; the version names it by hash. Older ones hold it as R4 writes it, in `data`. */
import { ChartsealError } from '@chartseal/ports';
import { contentHash, isContentOf } from '@chartseal/server';
import type { JsonObject } from '../json-object.ts';

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
