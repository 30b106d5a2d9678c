import { sealDeletion, sealVersion } from '@chartseal/server';
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

export const deletionDraft = (dependencies: Sealing, key: RecordKey): Draft => ({
  ...key,
  kind: 'deletion',
  seal: (position) => sealDeletion({ ...position, key, announcement: { log: 'records' }, ...dependencies }),
});
