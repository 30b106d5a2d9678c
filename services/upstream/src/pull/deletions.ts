/** https://hl7.org/fhir/R4/http.html#history */
import type { Held, PullDependencies } from './dependencies.ts';
import { isRefusal, reasonOf } from './refusal.ts';
import type { Taken } from './take.ts';
import { removeRecord } from './write-record.ts';

/** Seen of a record that is no more: no version of it can be equal. */
const nothing = new Uint8Array();

/** Those that came from the upstream and are not known to be deleted. What was written here is not its to delete. */
const ownedOf = async (
  { checkpoints, client }: PullDependencies,
  resourceType: string,
  ids: readonly string[],
): Promise<readonly string[]> => {
  const known = await checkpoints.known(client.baseUrl, resourceType, [...new Set(ids)]);
  return known.filter(({ owner, seen }) => owner === client.baseUrl && seen?.length !== 0).map(({ id }) => id);
};

/** Deletes here what the upstream has no more, in their order. */
export const removeGone = async (
  dependencies: PullDependencies,
  resourceType: string,
  ids: readonly string[],
): Promise<Taken> => {
  const { records, metrics, log } = dependencies;
  const result: { taken: Taken['taken'][number][]; refused: Taken['refused'][number][] } = { taken: [], refused: [] };
  for (const id of await ownedOf(dependencies, resourceType, ids)) {
    const key = { resourceType, id };
    try {
      const outcome = await removeRecord(dependencies, key, { owner: 'upstream', current: await records.read(key) });
      metrics.count('chartseal_upstream_records_total', { type: resourceType, outcome });
      result.taken.push({ id, seen: nothing });
    } catch (error) {
      if (!isRefusal(error)) throw error;
      const reason = reasonOf(error);
      metrics.count('chartseal_upstream_records_total', { type: resourceType, outcome: 'refused' });
      log.warn({ type: resourceType, reason }, 'a deletion of the upstream was refused');
      result.refused.push({ id, seen: nothing, reason });
    }
  }
  return result;
};

/**
 * Deletions since the last time. A history tells of one that was undone as well, so each is believed once a read says so, too. One that is
 * interrupted begins again: what was deleted is known by then.
 */
export const readDeletions = async (dependencies: PullDependencies, held: Held, signal: AbortSignal): Promise<Held> => {
  const { client, checkpoints, settings } = dependencies;
  const { resourceType, checkpoint } = held;
  if (checkpoint.deletionsSince === undefined) return held;
  const since = new Date(Date.parse(checkpoint.deletionsSince) - settings.overlapMs).toISOString();
  let { revision } = held;
  let page = await client.history(resourceType, { _since: since, _count: String(settings.pageSize) }, signal);
  const deletionsSince = new Date(page.askedAtMs).toISOString();
  for (;;) {
    const gone: string[] = [];
    for (const id of await ownedOf(dependencies, resourceType, page.deletions))
      if ((await client.read(resourceType, id, signal)) === undefined) gone.push(id);
    const { next } = page;
    const now = next === undefined ? { ...checkpoint, deletionsSince } : checkpoint;
    const removed = await removeGone(dependencies, resourceType, gone);
    revision = await checkpoints.advance({
      upstream: client.baseUrl,
      resourceType,
      from: revision,
      checkpoint: now,
      ...removed,
    });
    if (next === undefined) return { resourceType, revision, checkpoint: now };
    page = await client.follow(resourceType, next, signal);
  }
};
