import {
  canonicalJson,
  everyReference,
  extractIndex,
  NumberSpelling,
  parseJson,
  patientCompartment,
  setServerMeta,
} from '@chartseal/fhir';
import type { RecordKey, SealedVersion } from '@chartseal/ports';
import { commit, commitmentKeyLength } from './commitment.ts';
import { versionEvent, type Announcement, type VersionPosition } from './version-event.ts';

/** What every sealing needs beside the resource. */
export type SealContext = VersionPosition & {
  readonly key: RecordKey;
  readonly announcement: Announcement;
  readonly randomBytes: (size: number) => Uint8Array;
  /** Without a trailing slash. */
  readonly fhirBaseUrl: string;
};

export type SealRequest = SealContext & {
  /**
   * Plain values as parsed, already validated and normalised. Its `id`, `meta.versionId` and `meta.lastUpdated` are set in
   * place; sealing it again (a plan may run twice) sets them anew.
   */
  readonly resource: { readonly resourceType: string };
  /** How its numbers were spelled. */
  readonly numbers: NumberSpelling;
  /** Of a Binary: the content that the resource names by its hash. */
  readonly bytes?: Uint8Array;
};

/**
 * Makes of a resource the version that the store keeps: canonical text, commitment under a fresh key, index, compartment,
 * references, and the event that tells of it.
 * @throws JsonError if the resource holds what JSON cannot carry
 */
export const sealVersion = ({ resource, numbers, bytes, ...context }: SealRequest): SealedVersion => {
  const { key, versionId, lastUpdated, fhirBaseUrl } = context;
  setServerMeta(resource, { id: key.id, versionId: String(versionId), lastUpdated });
  return {
    ...sealText(canonicalJson(resource, numbers), context),
    index: extractIndex(resource, fhirBaseUrl),
    patients: localPatients(patientCompartment(resource, fhirBaseUrl)),
    references: everyReference(resource, fhirBaseUrl),
    ...(bytes === undefined ? {} : { bytes }),
  };
};

type Found = Pick<SealedVersion, 'index' | 'patients' | 'references'>;

/**
 * The same of one among thousands that are sealed before the first is written: what it is found by is read from its content when that is asked,
 * and not held from here to there.
 */
export const sealAmongMany = ({ resource, numbers, bytes, ...context }: SealRequest): SealedVersion => {
  const { key, versionId, lastUpdated, fhirBaseUrl } = context;
  setServerMeta(resource, { id: key.id, versionId: String(versionId), lastUpdated });
  const text = sealText(canonicalJson(resource, numbers), context);
  // What is asked for together is read once.
  let lately: WeakRef<Found> | undefined;
  const found = (): Found => {
    const known = lately?.deref();
    if (known !== undefined) return known;
    // What it was written from.
    const value = parseJson(text.content).value as { readonly resourceType: string };
    const read = {
      index: extractIndex(value, fhirBaseUrl),
      patients: localPatients(patientCompartment(value, fhirBaseUrl)),
      references: everyReference(value, fhirBaseUrl),
    };
    lately = new WeakRef(read);
    return read;
  };
  return {
    ...text,
    get index() {
      return found().index;
    },
    get patients() {
      return found().patients;
    },
    get references() {
      return found().references;
    },
    ...(bytes === undefined ? {} : { bytes }),
  };
};

const localPatients = (subjects: ReturnType<typeof patientCompartment>): readonly string[] =>
  subjects.flatMap((subject) => (subject.kind === 'local' ? [subject.id] : []));

/** The canonical form of a deletion (DESIGN §6, Log). It is about nobody and found by nothing but its key. */
export const sealDeletion = (context: SealContext): SealedVersion => {
  const { key, versionId, lastUpdated } = context;
  const deletion = {
    deleted: true,
    id: key.id,
    meta: { lastUpdated, versionId: String(versionId) },
    resourceType: key.resourceType,
  };
  return {
    ...sealText(canonicalJson(deletion, new NumberSpelling()), context),
    index: [],
    patients: [],
    references: [],
  };
};

const sealText = (
  content: string,
  { announcement, randomBytes, fhirBaseUrl, ...position }: SealContext,
): Pick<SealedVersion, 'content' | 'commitmentKey' | 'commitment' | 'log' | 'events'> => {
  const commitmentKey = randomBytes(commitmentKeyLength);
  const commitment = commit(commitmentKey, content);
  const events = [versionEvent(announcement, position, commitment, fhirBaseUrl)];
  return { content, commitmentKey, commitment, log: announcement.log, events };
};
