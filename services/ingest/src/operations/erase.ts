import { ChartsealError, type RecordKey, type RecordStore } from '@chartseal/ports';
import type { RouteDependencies } from '../dependencies.ts';
import { refuseAuditEntries } from '../preconditions.ts';

export type Erasing = Pick<RouteDependencies, 'records' | 'erasures' | 'clock' | 'randomUuid'>;

/** What `$erase` answers. The leaves are named by a statement on the ledger, which `$proof` of a version gives once it is there. */
export type ErasureOutcome = {
  readonly erasureId: string;
  readonly records: number;
  readonly versions: number;
  /** What is about somebody else too, and was kept. */
  readonly kept: readonly RecordKey[];
};

/** What is written meanwhile about the same Patient is looked for again; whoever writes without end is told so. */
const mostPasses = 5;

/**
 * Destroys content and keys of a record, and with a Patient of all that is about that person alone (ErasureStore law 2). Asked again it
 * finds nothing more.
 * @throws ChartsealError `not-found`; `not-allowed` for the gateway's own audit entries; `conflict` while others go on writing about the Patient
 */
export const eraseRecord = async (dependencies: Erasing, subject: RecordKey): Promise<ErasureOutcome> => {
  const { records, erasures, clock, randomUuid } = dependencies;
  await requireErasable(records, subject);
  const erasureId = randomUuid();
  let [erasedRecords, versions] = [0, 0];
  for (let pass = 0; pass < mostPasses; pass += 1) {
    const erased = await erasures.erase({ erasureId, subject, erasedAt: clock.wallMs() });
    erasedRecords += erased.records;
    versions += erased.versions;
    if (erased.records === 0 || subject.resourceType !== 'Patient')
      return { erasureId, records: erasedRecords, versions, kept: erased.kept };
  }
  throw new ChartsealError('conflict', 'records of this Patient are being written: stop that, and ask again', {
    retryAfterSeconds: 5,
  });
};

const requireErasable = async (records: Pick<RecordStore, 'read'>, key: RecordKey): Promise<void> => {
  const newest = await records.read(key);
  if (newest === undefined) throw new ChartsealError('not-found', 'there is no such record');
  refuseAuditEntries(newest);
};

/** As FHIR Parameters. */
export const erasureParameters = ({ erasureId, records, versions, kept }: ErasureOutcome): object => ({
  resourceType: 'Parameters',
  parameter: [
    { name: 'erasure', valueString: erasureId },
    { name: 'records', valueUnsignedInt: records },
    { name: 'versions', valueUnsignedInt: versions },
    ...kept.map(({ resourceType, id }) => ({ name: 'kept', valueReference: { reference: `${resourceType}/${id}` } })),
  ],
});
