/**
 * The one way out. What reaches a response body is a `Released`, and only this module makes one: out of a permit for
 * exactly that version, or for the organisation that owns the record. Its class is not exported, so a route that goes
 * around a decision does not compile.
 */
import { canonicalJson, parseJson, subsetResource, type JsonValue, type Subset } from '@chartseal/fhir';
import { ChartsealError, type RecordStore, type StoredVersion } from '@chartseal/ports';
import { contentHash, joinContent, type Principal } from '@chartseal/server';
import { isResource } from '../json-object.ts';
import { dataOf } from './binary-data.ts';
import type { Label, Permit } from './decision.ts';
import { addLabels, subsetted } from './labels.ts';
import { keepOwn, type OwnNames } from './own-access.ts';
import { nothingWithheld, redactReferences, type WithheldReferences } from './redact-references.ts';

class ReleasedVersion {
  /** Makes the type nominal: nothing that merely looks alike is one. */
  readonly #version: StoredVersion;
  readonly #text: string;
  /** `subsetted`: references were redacted (C8), so these are not the bytes that the commitment is over. */
  readonly form: 'whole' | 'subsetted';
  /** Labels that this answer adds for the recipient. */
  readonly labels: readonly Label[];

  constructor(version: StoredVersion, text: string, form: 'whole' | 'subsetted', labels: readonly Label[]) {
    this.#version = version;
    this.#text = text;
    this.form = form;
    this.labels = labels;
  }

  /** FHIR JSON, as it goes into the body. */
  get text(): string {
    return this.#text;
  }

  /** The stored version, for its numbers and its proof. A builder that serves its content checks `form` first. */
  get version(): StoredVersion {
    return this.#version;
  }
}

export type Released = ReleasedVersion;

/** For clients of the hospital whose store this is. @throws ChartsealError `internal` for any other principal. */
export const releaseToOwn = (principal: Principal, version: StoredVersion): Released => {
  if (principal.kind !== 'own') throw new ChartsealError('internal', 'released without a decision');
  return new ReleasedVersion(version, version.content, 'whole', []);
};

/**
 * An entry of the access log, for the person whom it concerns: who that is was asked of the store, or of the person's own key.
 * @throws ChartsealError `internal` for a version of anything else
 */
export const releaseToPatient = (own: OwnNames, version: StoredVersion): Released => {
  if (version.log !== 'access') throw new ChartsealError('internal', 'released without a decision');
  // An accounting goes through very many, of which hardly any is about somebody else too.
  const plain = JSON.parse(version.content) as JsonValue;
  if (isResource(plain) && !keepOwn(plain, own)) return new ReleasedVersion(version, version.content, 'whole', []);
  const { value, numbers } = parseJson(version.content);
  if (!isResource(value)) throw new ChartsealError('corrupt', 'a stored version is no resource');
  keepOwn(value, own);
  addLabels(value, 'tag', [subsetted]);
  return new ReleasedVersion(version, canonicalJson(value, numbers), 'subsetted', []);
};

/** @throws ChartsealError `internal` if the permit is another version's (C6). */
export const releaseUnder = (permit: Permit, version: StoredVersion, withheld: WithheldReferences): Released => {
  const { key, versionId } = permit;
  if (key.resourceType !== version.resourceType || key.id !== version.id || versionId !== version.versionId) {
    throw new ChartsealError('internal', 'a decision met a version that it is not about');
  }
  if (version.state === 'deleted' || (nothingWithheld(withheld) && permit.obligations.length === 0)) {
    return new ReleasedVersion(version, version.content, 'whole', []);
  }
  const { value, numbers } = parseJson(version.content);
  const form = redactReferences(value, withheld);
  addLabels(value, 'security', permit.obligations);
  if (form === 'subsetted') addLabels(value, 'tag', [subsetted]);
  return new ReleasedVersion(version, canonicalJson(value, numbers), form, permit.obligations);
};

/** A resource that the gateway makes when it is asked for it, and does not keep. `text`: canonical. */
export type Made = {
  readonly resourceType: 'Provenance';
  readonly id: string;
  readonly versionId: number;
  readonly lastUpdated: string;
  readonly text: string;
};

/**
 * What is made of a version and says as much as that version does: for whom it was released whole, and nobody else (docs/adr/0038).
 * @throws ChartsealError `internal` for a version that was redacted (C8)
 */
export const releaseMade = (of: Released, { text, ...made }: Made): Released => {
  if (of.form !== 'whole') throw new ChartsealError('internal', 'nothing is made of a redacted version');
  // No record has this handle, and no proof this key: it is no version of the store.
  const nowhere = {
    handle: '',
    commitmentKey: new Uint8Array(),
    commitment: new Uint8Array(),
    log: 'records',
  } as const;
  return new ReleasedVersion({ ...made, ...nowhere, state: 'content', content: text }, text, 'whole', of.labels);
};

/** Less of what was released, for `_summary` and `_elements`; marked as that even where nothing had to be left out (R4 search.html#summary). */
export const releaseSubset = (released: Released, subset: Subset): Released => {
  const { version, labels } = released;
  if (version.state === 'deleted') return released;
  const { value, numbers } = parseJson(released.text);
  if (!isResource(value)) throw new ChartsealError('corrupt', 'a stored version is no resource');
  subsetResource(value, subset);
  addLabels(value, 'tag', [subsetted]);
  return new ReleasedVersion(version, canonicalJson(value, numbers), 'subsetted', labels);
};

class ReleasedData {
  /** Makes the type nominal, as above. */
  readonly #bytes: Uint8Array;
  readonly released: Released;
  /** As the Binary says, untrusted. */
  readonly contentType: string;

  constructor(released: Released, contentType: string, bytes: Uint8Array) {
    this.released = released;
    this.contentType = contentType;
    this.#bytes = bytes;
  }

  get bytes(): Uint8Array {
    return this.#bytes;
  }
}

/** The content of a Binary that was released. */
export type ReleasedBytes = ReleasedData;

/** @throws ChartsealError `corrupt` if the bytes that are kept are not those that the version names by their hash */
export const releaseBytes = async (
  { bytes }: { bytes: (version: StoredVersion) => ReturnType<RecordStore['bytes']> },
  released: Released,
): Promise<ReleasedBytes> => {
  const { value } = parseJson(released.text);
  if (!isResource(value)) throw new ChartsealError('corrupt', 'a stored version is no resource');
  const { contentType, data } = await dataOf(value, async () => bytes(released.version));
  return new ReleasedData(released, contentType, data);
};

/** The released text with `data` in it, as it was received; the same where it names no bytes. @throws as `releaseBytes` */
export const releaseFilled = async (
  records: { bytes: (version: StoredVersion) => ReturnType<RecordStore['bytes']> },
  released: Released,
): Promise<Released> => {
  const { value, numbers } = parseJson(released.text);
  if (!isResource(value) || contentHash(value) === undefined) return released;
  const { bytes } = await releaseBytes(records, released);
  joinContent(value, bytes);
  return new ReleasedVersion(released.version, canonicalJson(value, numbers), released.form, released.labels);
};
