import { sealAmongMany, sealDeletion, sealVersion } from '@chartseal/server';
import type { Draft, RecordKey } from '@chartseal/ports';
import type { IngestDependencies } from './dependencies.ts';
import type { Incoming } from './intake.ts';

type Sealing = Pick<IngestDependencies, 'fhirBaseUrl' | 'randomBytes'>;

/** A new version with this content. Sets id and meta in the resource that it is given, in place. */
export const contentDraft = (dependencies: Sealing, key: RecordKey, { resource, numbers, bytes }: Incoming): Draft => ({
  ...key,
  kind: 'content',
  seal: (position) =>
    sealVersion({
      resource,
      numbers,
      ...(bytes === undefined ? {} : { bytes }),
      ...position,
      key,
      announcement: { log: 'records' },
      ...dependencies,
    }),
});

/** Of an entry of a transaction, whose content is read when it is sealed. One that is read anew each time is not held beside what it becomes. */
export const laterDraft = (
  dependencies: Sealing,
  key: RecordKey,
  { content, read }: { readonly content: 'at-hand' | 'read-anew'; readonly read: () => Incoming },
): Draft => ({
  ...key,
  kind: 'content',
  seal: (position) => {
    const { resource, numbers, bytes } = read();
    const { fhirBaseUrl, randomBytes } = dependencies;
    const context = { ...position, key, announcement: { log: 'records' }, fhirBaseUrl, randomBytes } as const;
    const seal = content === 'at-hand' ? sealVersion : sealAmongMany;
    return seal({ resource, numbers, ...(bytes === undefined ? {} : { bytes }), ...context });
  },
});

export const deletionDraft = (dependencies: Sealing, key: RecordKey): Draft => ({
  ...key,
  kind: 'deletion',
  seal: (position) => sealDeletion({ ...position, key, announcement: { log: 'records' }, ...dependencies }),
});
