/** Which anchored version a Provenance is about that the gateway makes when it is asked for one (docs/adr/0038). */
export type ProvenanceOf = { readonly handle: string; readonly versionId: number };

/**
 * Its id, `anchor-<handle>-<versionId>`. A handle is base64url of 16 bytes, or a UUID; an id has no `_`
 * (https://hl7.org/fhir/R4/datatypes.html#id), and a handle no `.`: the one stands for the other.
 */
export const provenanceId = ({ handle, versionId }: ProvenanceOf): string =>
  `anchor-${handle.replaceAll('_', '.')}-${versionId}`;

/** Of an id of such a form, whether there is such a version or not. Nobody else may give one. */
export const parseProvenanceId = (id: string): ProvenanceOf | undefined => {
  const [, handle, version] = /^anchor-([A-Za-z0-9.-]{22}|[0-9a-f-]{36})-([1-9][0-9]{0,8})$/.exec(id) ?? [];
  return handle === undefined || version === undefined
    ? undefined
    : { handle: handle.replaceAll('.', '_'), versionId: Number(version) };
};

/** Whether that record is one that the gateway makes, which nobody can write. */
export const isMadeProvenance = ({
  resourceType,
  id,
}: {
  readonly resourceType: string;
  readonly id: string;
}): boolean => resourceType === 'Provenance' && parseProvenanceId(id) !== undefined;
