/** Units for the suites: resources without FHIR's rules, their content told apart by a number. */
import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import type { IndexEntry } from '@chartseal/fhir';
import type {
  Draft,
  LogName,
  OutboxEvent,
  RecordKey,
  RecordStore,
  SealedVersion,
  StoredVersion,
  WriteUnit,
} from '../record-store.ts';

export const range = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index);

export const newKey = (resourceType = 'Observation'): RecordKey => ({ resourceType, id: randomUUID() });

export type DraftOptions = {
  readonly kind?: Draft['kind'];
  readonly index?: readonly IndexEntry[];
  readonly patients?: readonly string[];
  readonly references?: readonly RecordKey[];
  readonly text?: string;
  readonly bytes?: Uint8Array;
  readonly log?: LogName;
  /** Beside the one event that each version has. */
  readonly events?: readonly OutboxEvent[];
};

export const topic = 'suite.versions';

export const draft = (key: RecordKey, options: DraftOptions = {}): Draft => ({
  ...key,
  kind: options.kind ?? 'content',
  seal: ({ versionId, lastUpdated, handle }): SealedVersion => {
    const { index = [], patients = [], references = [], text = '', log = 'records' } = options;
    const content = JSON.stringify({ ...key, versionId, lastUpdated, text, found: { index, patients, references } });
    const commitmentKey = new Uint8Array(randomBytes(32));
    return {
      content,
      commitmentKey,
      commitment: new Uint8Array(createHmac('sha256', commitmentKey).update(content).digest()),
      log,
      index,
      patients,
      references,
      events: [{ topic, key: handle, value: String(versionId) }, ...(options.events ?? [])],
      ...(options.bytes === undefined ? {} : { bytes: options.bytes }),
    };
  },
});

/** What a draft's content says that it is found by: in the suites, what `extractIndex` is of a resource. */
export const indexOfDraft = (content: string): Pick<SealedVersion, 'index' | 'patients' | 'references'> => {
  const { found } = JSON.parse(content) as { found?: ReturnType<typeof indexOfDraft> };
  return found ?? { index: [], patients: [], references: [] };
};

export const unit = (drafts: readonly Draft[], touches: readonly RecordKey[] = []): WriteUnit => ({
  touches,
  exclusive: [],
  plan: () => drafts,
});

/** Writes a record anew or on top of what there is. */
export const put = (store: RecordStore, key: RecordKey, options?: DraftOptions): Promise<readonly StoredVersion[]> =>
  store.commit(unit([draft(key, options)], [key]));
