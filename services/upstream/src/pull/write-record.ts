import type { RecordKey } from '@chartseal/ports';
import { deleteRecord, update } from '@chartseal/service-ingest';
import type { NumberSpelling } from '@chartseal/fhir';
import type { Received } from '../client/page.ts';
import type { PullDependencies } from './dependencies.ts';
import { guardedRecords, type Standing } from './guarded-records.ts';

/** Read as strictly as a client's. */
export type Readable = Received & { readonly numbers: NumberSpelling };
export type Written = 'created' | 'updated' | 'deleted' | 'unchanged' | 'local';

const attempts = 5;

/**
 * The record as the upstream has it, on the way of every write: validated, normalised, sealed, one leaf a version. Others may write it meanwhile; then it
 * is looked at again.
 * @throws ChartsealError of the ingest path
 */
export const writeRecord = (
  dependencies: PullDependencies,
  key: RecordKey,
  received: Readable,
  standing: Standing,
): Promise<Written> =>
  guarded(dependencies, key, standing, async (ingest) => {
    const { kind } = await update(ingest, { ...key, incoming: received, ifMatch: undefined });
    return kind;
  });

export const removeRecord = (dependencies: PullDependencies, key: RecordKey, standing: Standing): Promise<Written> =>
  guarded(dependencies, key, standing, async (ingest) => {
    const deletion = await deleteRecord(ingest, { ...key, ifMatch: undefined });
    return deletion === undefined ? 'unchanged' : 'deleted';
  });

const guarded = async (
  { records, ingest }: PullDependencies,
  key: RecordKey,
  standing: Standing,
  write: (ingest: PullDependencies['ingest']) => Promise<Written>,
): Promise<Written> => {
  let { current } = standing;
  for (let attempt = 1; ; attempt += 1) {
    const guard = guardedRecords(records, key, { ...standing, current });
    try {
      return await write({ ...ingest, records: guard.records });
    } catch (error) {
      const withheld = guard.withheld();
      if (withheld === 'unchanged' || withheld === 'local') return withheld;
      if (withheld === undefined || attempt === attempts) throw error;
    }
    current = await records.read(key);
  }
};
