import type { StoredVersion } from '@chartseal/ports';

/** `<fhirBaseUrl>/<type>/<id>/_history/<versionId>` (R4 http.html#create). */
export const locationOf = (fhirBaseUrl: string, { resourceType, id, versionId }: StoredVersion): string =>
  `${fhirBaseUrl}/${resourceType}/${id}/_history/${versionId}`;
