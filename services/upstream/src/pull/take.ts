import { type RecordKey, type StoredVersion, type UpstreamRecord, type UpstreamStep } from '@chartseal/ports';
import { safeError } from '@chartseal/server';
import type { Received, UpstreamResource } from '../client/page.ts';
import { adopt, digestOf } from './adopt.ts';
import type { PullDependencies } from './dependencies.ts';
import { internal, isRefusal, reasonOf } from './refusal.ts';
import { type Written, writeRecord } from './write-record.ts';

/** What a page came to; saved with the checkpoint. */
export type Taken = Pick<UpstreamStep, 'taken' | 'refused'>;

type Candidate = { readonly id: string; readonly received: Received; readonly seen: Uint8Array };
type Result = {
  readonly outcome: Written | 'refused' | 'failed';
  /** Of a refusal. */
  readonly reason?: string;
  readonly error?: unknown;
};

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

type Looked = { readonly known: UpstreamRecord | undefined; readonly current: StoredVersion | undefined };

const refused = (reason: string): Result => ({ outcome: 'refused', reason });

/** R4 search.html#summary: an upstream that shortens what it sends says so. */
const isPart = ({ meta }: UpstreamResource): boolean => {
  const tags = (meta as { readonly tag?: unknown } | null | undefined)?.tag;
  return Array.isArray(tags) && tags.some((tag: { readonly code?: unknown } | null) => tag?.code === 'SUBSETTED');
};

const write = async (
  dependencies: PullDependencies,
  key: RecordKey,
  { received: { resource, numbers } }: Candidate,
  { known, current }: Looked,
): Promise<Result> => {
  const upstream = dependencies.client.baseUrl;
  if (numbers === undefined) return refused('malformed; a member twice, half a character, or too deep');
  if (isPart(resource)) return refused('invalid; the upstream sent a part of it (SUBSETTED)');
  if (known?.owner !== undefined && known.owner !== upstream)
    return refused('conflict; the record here comes from another upstream');
  try {
    adopt(resource, upstream);
    const owner = known?.owner === undefined ? 'local' : 'upstream';
    const outcome = await writeRecord(dependencies, key, { resource, numbers }, { owner, current });
    return outcome === 'local' ? refused('conflict; a record with this id was written here') : { outcome };
  } catch (error) {
    return isRefusal(error) ? { ...refused(reasonOf(error)), error } : { outcome: 'failed', error };
  }
};

/**
 * What of them is new, each with what is known of it. One that nobody has here is claimed for the upstream before it is written, so that after a
 * crash in between it is still known whose it is.
 */
const look = async (
  { checkpoints, records, client }: PullDependencies,
  resourceType: string,
  candidates: readonly Candidate[],
  again: 'skip' | 'try',
): Promise<readonly (Looked & { readonly candidate: Candidate })[]> => {
  const ids = candidates.map(({ id }) => id);
  const all = await checkpoints.known(client.baseUrl, resourceType, ids);
  const known = new Map(all.map((each) => [each.id, each]));
  const fresh = candidates.filter((candidate) => isNew(candidate, known.get(candidate.id), again));
  const versions = await records.readMany(fresh.map(({ id }) => ({ resourceType, id })));
  const current = new Map(versions.map((version) => [version.id, version]));
  const unclaimed = fresh.filter(({ id }) => known.get(id)?.owner === undefined && !current.has(id));
  const claimed = unclaimed.map(({ id }) => id);
  await checkpoints.claim(client.baseUrl, resourceType, claimed);
  return fresh.map((candidate) => ({
    candidate,
    known: known.get(candidate.id),
    current: current.get(candidate.id),
  }));
};

const tell = ({ metrics, log }: PullDependencies, type: string, results: readonly Result[]): void => {
  const reasons = new Map<string, number>();
  for (const { outcome, reason } of results) {
    metrics.count('chartseal_upstream_records_total', { type, outcome });
    if (reason !== undefined) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  }
  for (const [reason, records] of reasons) log.warn({ type, reason, records }, 'records of the upstream were refused');
  const fault = results.find(({ reason }) => reason === internal)?.error;
  if (fault !== undefined) log.error({ type, error: safeError(fault) }, 'a record of the upstream could not be taken');
};

/**
 * Takes over what is new of them.
 * @param again whether what was refused as it is now is tried again
 * @throws if the store cannot be written to, or if of several records none could be taken by a fault of ours: then nothing was lost, and the same is
 * to be taken again
 */
export const take = async (
  dependencies: PullDependencies,
  resourceType: string,
  received: readonly Received[],
  again: 'skip' | 'try' = 'skip',
): Promise<Taken> => {
  const nameless = received.filter(({ resource }) => typeof resource.id !== 'string').length;
  if (nameless > 0)
    dependencies.log.warn({ type: resourceType, records: nameless }, 'the upstream sent records without an id');
  const looked = await look(dependencies, resourceType, candidatesOf(received), again);
  const results = await Promise.all(
    looked.map(async ({ candidate, ...at }) => {
      const key = { resourceType, id: candidate.id };
      return { candidate, ...(await write(dependencies, key, candidate, at)) };
    }),
  );
  // By now nothing is under way any more.
  const failed = results.find(({ outcome }) => outcome === 'failed');
  if (failed !== undefined) throw failed.error;
  if (results.length > 1 && results.every(({ reason }) => reason === internal)) throw results[0]?.error;
  tell(dependencies, resourceType, results);
  const ended = results.map(({ candidate: { id, seen }, reason }) => ({ id, seen, reason }));
  return {
    taken: ended.filter(({ reason }) => reason === undefined).map(({ id, seen }) => ({ id, seen })),
    refused: ended.flatMap(({ id, seen, reason }) => (reason === undefined ? [] : [{ id, seen, reason }])),
  };
};
