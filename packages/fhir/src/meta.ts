/** https://hl7.org/fhir/R4/resource.html#Meta */

export type ServerMeta = {
  readonly id: string;
  readonly versionId: string;
  /** An instant. */
  readonly lastUpdated: string;
};

/**
 * Sets what the server owns, in place: `id`, `meta.versionId` and `meta.lastUpdated`. The rest of `meta`, `meta.security`
 * above all, stays as the client sent it.
 */
export const setServerMeta = (resource: object, { id, versionId, lastUpdated }: ServerMeta): void => {
  const own = resource as { id?: unknown; meta?: { [member: string]: unknown } };
  own.id = id;
  own.meta ??= {};
  own.meta['versionId'] = versionId;
  own.meta['lastUpdated'] = lastUpdated;
  // Extensions on a client's own values would now describe the server's.
  delete own.meta['_versionId'];
  delete own.meta['_lastUpdated'];
};
