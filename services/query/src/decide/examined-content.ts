import { parseJson, patientCompartment, type JsonValue } from '@chartseal/fhir';
import { isResource } from '../json-object.ts';
import { ChartsealError, type RecordStore, type StoredVersion } from '@chartseal/ports';

type ParsedResource = { readonly resourceType: string; readonly [member: string]: JsonValue };

/**
 * What a decision on a version looks at. For a deletion that is the content that was deleted (B12): a tombstone says nothing
 * of whose it was.
 */
export type ExaminedContent = {
  readonly version: StoredVersion;
  readonly resource: ParsedResource;
  readonly subjects: ReturnType<typeof patientCompartment>;
  /** Ids of those subjects that are Patients here. */
  readonly patients: readonly string[];
};

/** @throws ChartsealError `corrupt` if what is stored is no resource. */
export const examinedContent = async (
  records: RecordStore,
  version: StoredVersion,
  fhirBaseUrl: string,
): Promise<ExaminedContent | undefined> => {
  const content = await lastContent(records, version);
  if (content === undefined) return undefined;
  const { value } = parseJson(content.content);
  if (!isResource(value)) throw new ChartsealError('corrupt', 'a stored version is no resource');
  const subjects = patientCompartment(value, fhirBaseUrl);
  const patients = subjects.flatMap((subject) => (subject.kind === 'local' ? [subject.id] : []));
  return { version, resource: value, subjects, patients };
};

const lastContent = async (records: RecordStore, version: StoredVersion): Promise<StoredVersion | undefined> => {
  let at: StoredVersion | undefined = version;
  // What was erased says nothing of whose it was, and nothing before it does.
  while (at?.state === 'deleted' && at.erasedAt === undefined)
    at = at.versionId > 1 ? await records.vread(at, at.versionId - 1) : undefined;
  return at?.erasedAt === undefined ? at : undefined;
};

export const keyOf = ({ resourceType, id }: { readonly resourceType: string; readonly id: string }): string =>
  `${resourceType}/${id}`;
