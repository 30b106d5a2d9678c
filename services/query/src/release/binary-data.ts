/** A Binary's content is kept beside its version; the version names it by hash. Older ones hold it as R4 writes it, in `data`. */
import { hash } from 'node:crypto';
import type { JsonValue } from '@chartseal/fhir';
import { ChartsealError } from '@chartseal/ports';

/** On `_data`: base64 of the content's SHA-256, in place of the content. */
const contentHashUrl = 'urn:chartseal:fhir:StructureDefinition:content-sha256';

type JsonObject = { [member: string]: JsonValue };
const isObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isHash = (extension: JsonValue): extension is JsonObject =>
  isObject(extension) && extension.url === contentHashUrl;

const extensionsOf = (resource: JsonValue): readonly JsonValue[] => {
  if (!isObject(resource) || resource.resourceType !== 'Binary' || !isObject(resource._data)) return [];
  const { extension } = resource._data;
  return Array.isArray(extension) ? extension : [];
};

/** Of a Binary whose content is kept outside. */
export const contentHash = (resource: JsonValue): string | undefined => {
  const value = extensionsOf(resource).find(isHash)?.valueBase64Binary;
  return typeof value === 'string' ? value : undefined;
};

/** @throws ChartsealError `corrupt` if what is kept is not what the hash names */
export const dataOf = async (
  resource: JsonValue,
  kept: () => Promise<Uint8Array | undefined>,
): Promise<{ readonly contentType: string; readonly data: Uint8Array }> => {
  if (!isObject(resource)) throw new ChartsealError('corrupt', 'a stored version is no resource');
  const contentType = typeof resource.contentType === 'string' ? resource.contentType : '';
  const named = contentHash(resource);
  if (named === undefined) {
    const inside = typeof resource.data === 'string' ? resource.data : '';
    return { contentType, data: Buffer.from(inside, 'base64') };
  }
  const data = await kept();
  if (data === undefined || hash('sha256', data, 'base64') !== named) {
    throw new ChartsealError('corrupt', 'the content of a Binary is not what its version names');
  }
  return { contentType, data };
};

/** Puts the content where the client had it, in place of its hash. */
export const fillData = (resource: JsonValue, data: Uint8Array): void => {
  if (!isObject(resource)) return;
  const rest = extensionsOf(resource).filter((extension) => !isHash(extension));
  const shadow = isObject(resource._data) ? resource._data : {};
  delete resource._data;
  if (rest.length > 0) shadow.extension = [...rest];
  else delete shadow.extension;
  if (Object.keys(shadow).length > 0) resource._data = shadow;
  if (data.length > 0) resource.data = Buffer.from(data).toString('base64');
};
