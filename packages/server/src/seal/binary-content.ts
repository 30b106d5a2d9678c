/**
 * R4 binary.html: the content of a Binary is kept beside its version, which names it by its hash; so the version stays small, and its
 * leaf is over the content all the same.
 */
import { hash } from 'node:crypto';

/** On `Binary._data`: base64 of the SHA-256 of the content, in place of the content. */
export const contentHashUrl = 'urn:chartseal:fhir:StructureDefinition:content-sha256';

type Members = { [member: string]: unknown };

const isMembers = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isHash = (extension: unknown): extension is Members =>
  isMembers(extension) && extension['url'] === contentHashUrl;

const extensionsOf = (resource: Members): readonly unknown[] => {
  const { resourceType, _data: shadow } = resource;
  if (resourceType !== 'Binary' || !isMembers(shadow)) return [];
  const { extension } = shadow;
  return Array.isArray(extension) ? (extension as unknown[]) : [];
};

/** The hash that a Binary names its content by: of a stored version. A client's is to be refused, it could name what is not its own. */
export const contentHash = (resource: object): string | undefined => {
  const value = extensionsOf(resource as Members).find(isHash)?.['valueBase64Binary'];
  return typeof value === 'string' ? value : undefined;
};

/** Whether the bytes are those that a stored version names. */
export const isContentOf = (resource: object, bytes: Uint8Array): boolean =>
  contentHash(resource) === hash('sha256', bytes, 'base64');

export type Separated =
  | { readonly outcome: 'nothing' }
  | { readonly outcome: 'separated'; readonly bytes: Uint8Array; readonly encoding: 'canonical' | 'normalised' }
  | { readonly outcome: 'not-base64' };

/** Takes `data` out of a Binary, in place, and puts the hash there. White space in it is passed over (R4 datatypes.html#base64Binary). */
export const separateContent = (resource: object): Separated => {
  const binary = resource as Members;
  const { data } = binary;
  if (binary['resourceType'] !== 'Binary' || typeof data !== 'string') return { outcome: 'nothing' };
  const bytes = Buffer.from(data, 'base64');
  const canonical = bytes.toString('base64');
  if (canonical !== data && canonical !== data.replace(/\s+/g, '')) return { outcome: 'not-base64' };
  delete binary['data'];
  nameContent(binary, bytes);
  return { outcome: 'separated', bytes, encoding: canonical === data ? 'canonical' : 'normalised' };
};

/** Names the content of a Binary that came without `data`, in place. */
export const nameContent = (resource: object, bytes: Uint8Array): void => {
  const binary = resource as Members;
  const shadow: Members = isMembers(binary['_data']) ? binary['_data'] : {};
  const valueBase64Binary = hash('sha256', bytes, 'base64');
  shadow['extension'] = [...withoutHash(binary), { url: contentHashUrl, valueBase64Binary }];
  binary['_data'] = shadow;
};

/** Puts the content back where a client has it, in place. */
export const joinContent = (resource: object, bytes: Uint8Array): void => {
  const binary = resource as Members;
  const rest = withoutHash(binary);
  const shadow: Members = isMembers(binary['_data']) ? binary['_data'] : {};
  if (rest.length > 0) shadow['extension'] = rest;
  else delete shadow['extension'];
  if (Object.keys(shadow).length === 0) delete binary['_data'];
  if (bytes.length > 0) binary['data'] = Buffer.from(bytes).toString('base64');
};

const withoutHash = (binary: Members): unknown[] => extensionsOf(binary).filter((extension) => !isHash(extension));
