import type { UpstreamRefusal } from '@chartseal/ports';
import { removeGone } from './deletions.ts';
import type { Held, PullDependencies } from './dependencies.ts';
import { take } from './take.ts';

const atATime = 50;

/** One that was refused, as it is now at the upstream. */
const tryOne = async (dependencies: PullDependencies, held: Held, id: string, signal: AbortSignal): Promise<Held> => {
  const { client, checkpoints } = dependencies;
  const { resourceType, checkpoint } = held;
  const received = await client.read(resourceType, id, signal);
  const step = { upstream: client.baseUrl, resourceType, from: held.revision, checkpoint };
  const came =
    received === undefined
      ? { ...(await removeGone(dependencies, resourceType, [id])), dropped: [id] }
      : await take(dependencies, resourceType, [received], 'try');
  return { ...held, revision: await checkpoints.advance({ ...step, ...came }) };
};

/** Tries all that was refused once more: this release may take what the last one did not, or a record here has made room. */
export const tryRefusedAgain = async (
  dependencies: PullDependencies,
  heldOf: (resourceType: string) => Held,
  keep: (held: Held) => void,
  signal: AbortSignal,
): Promise<void> => {
  const { client, checkpoints } = dependencies;
  let after: UpstreamRefusal | undefined;
  for (;;) {
    const options = after === undefined ? { limit: atATime } : { limit: atATime, after };
    const refusals = await checkpoints.refusals(client.baseUrl, options);
    for (const { resourceType, id } of refusals) keep(await tryOne(dependencies, heldOf(resourceType), id, signal));
    if (refusals.length < atATime) return;
    after = refusals.at(-1);
  }
};
