import { type RecordKey, type StoredVersion, type UpstreamRecord, type UpstreamStep } from '@chartseal/ports';
import { safeError } from '@chartseal/server';
import type { Received } from '../client/page.ts';
import { adopt, digestOf } from './adopt.ts';
import type { PullDependencies } from './dependencies.ts';
import { isRefusal, reasonOf } from './refusal.ts';
import { type Written, writeRecord } from './write-record.ts';

/** What a page came to; saved with the checkpoint. */
export type Taken = Pick<UpstreamStep, 'taken' | 'refused'>;

type Candidate = { readonly id: string; readonly received: Received; readonly seen: Uint8Array };
type Result = { readonly outcome: Written | 'refused'; readonly reason?: string };

const isSame = (one: Uint8Array | undefined, other: Uint8Array): boolean =>
  one !== undefined && Buffer.compare(one, other) === 0;

/** The last of several with one id: pages are in the order of time, if in any. */
const candidatesOf = (received: readonly Received[]): readonly Candidate[] => {
  const byId = new Map<string, Candidate>();
  for (const each of received) {
    const { id } = each.resource;
    if (typeof id === 'string') byId.set(id, { id, received: each, seen: digestOf(each) });
  }
  return [...byId.values()];
};

const isNew = ({ seen }: Candidate, known: UpstreamRecord | undefined, again: 'skip' | 'try'): boolean =>
  !isSame(known?.seen, seen) && (again === 'try' || !isSame(known?.refused, seen));

const write = async (
  dependencies: PullDependencies,
  key: RecordKey,
  { received }: Candidate,
  { known, current }: { readonly known: UpstreamRecord | undefined; readonly current: StoredVersion | undefined },
): Promise<Result> => {
  const upstream = dependencies.client.baseUrl;
  if (known?.owner !== undefined && known.owner !== upstream)
    return { outcome: 'refused', reason: 'conflict; the record here comes from another upstream' };
  try {
    adopt(received.resource, upstream);
    const owner = known?.owner === undefined ? 'local' : 'upstream';
    const outcome = await writeRecord(dependencies, key, received, { owner, current });
    if (outcome !== 'local') return { outcome };
    return { outcome: 'refused', reason: 'conflict; a record with this id was written here' };
  } catch (error) {
    if (!isRefusal(error)) throw error;
    const reason = reasonOf(error);
    if (reason === 'internal')
      dependencies.log.error(
        { type: key.resourceType, error: safeError(error) },
        'a record of the upstream could not be taken',
      );
    return { outcome: 'refused', reason };
  }
};

/** All of them, then the first failure if there was one: nothing is under way any more when it is told. */
const allOf = async <T>(promises: readonly Promise<T>[]): Promise<readonly T[]> => {
  const settled = await Promise.allSettled(promises);
  return settled.map((each) => {
    if (each.status === 'rejected') throw each.reason;
    return each.value;
  });
};

/**
 * Takes over what is new of them. A record that nobody has here is claimed for the upstream before it is written, so that after a crash in
 * between it is still known whose it is.
 * @param again whether what was refused as it is now is tried again
 * @throws ChartsealError if the store cannot be written to: then nothing was lost, and the same is to be taken again
 */
export const take = async (
  dependencies: PullDependencies,
  resourceType: string,
  received: readonly Received[],
  again: 'skip' | 'try' = 'skip',
): Promise<Taken> => {
  const { checkpoints, records, client, metrics, log } = dependencies;
  const nameless = received.filter(({ resource }) => typeof resource.id !== 'string').length;
  if (nameless > 0) log.warn({ type: resourceType, records: nameless }, 'the upstream sent records without an id');
  const all = candidatesOf(received);
  const known = new Map(
    (
      await checkpoints.known(
        client.baseUrl,
        resourceType,
        all.map(({ id }) => id),
      )
    ).map((each) => [each.id, each]),
  );
  const fresh = all.filter((candidate) => isNew(candidate, known.get(candidate.id), again));
  const versions = await records.readMany(fresh.map(({ id }) => ({ resourceType, id })));
  const current = new Map(versions.map((version) => [version.id, version]));
  const unclaimed = fresh.filter(({ id }) => known.get(id)?.owner === undefined && !current.has(id));
  await checkpoints.claim(
    client.baseUrl,
    resourceType,
    unclaimed.map(({ id }) => id),
  );

  const results = await allOf(
    fresh.map(async (candidate) => {
      const { id } = candidate;
      const standing = { known: known.get(id), current: current.get(id) };
      return { candidate, ...(await write(dependencies, { resourceType, id }, candidate, standing)) };
    }),
  );
  for (const { outcome, reason } of results) {
    metrics.count('chartseal_upstream_records_total', { type: resourceType, outcome });
    if (outcome === 'refused') log.warn({ type: resourceType, reason }, 'a record of the upstream was refused');
  }
  return {
    taken: results.filter(({ outcome }) => outcome !== 'refused').map(({ candidate: { id, seen } }) => ({ id, seen })),
    refused: results
      .filter(({ outcome }) => outcome === 'refused')
      .map(({ candidate: { id, seen }, reason = 'internal' }) => ({ id, seen, reason })),
  };
};
