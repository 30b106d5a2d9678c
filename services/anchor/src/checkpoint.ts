import type { LogName } from '@chartseal/ports';
import {
  emptyTree,
  formatCheckpoint,
  makeVerifierKey,
  parseTree,
  rootHash,
  signNote,
  type VerifierKey,
} from '@chartseal/tlog';
import { rawEd25519, sha256 } from '@chartseal/tlog/node';
import type { AnchorDependencies, LogIdentity } from './dependencies.ts';
import type { Writers } from './writers.ts';

export const verifierKeyOf = ({ origin, signer }: LogIdentity): VerifierKey =>
  makeVerifierKey(sha256, origin, rawEd25519(signer.publicKey));

/**
 * Signs the tree as it is now, if it grew since the last checkpoint; the empty one at first, so that whoever follows the log finds it from its
 * beginning. A signed tree is one that is durable already.
 */
export const publishCheckpoint = async (
  { logs, identities }: AnchorDependencies,
  writers: Writers,
  log: LogName,
): Promise<void> => {
  if (!writers.leads(log)) return;
  const [head, last] = await Promise.all([logs.head(log), logs.checkpoint(log)]);
  const treeSize = head?.treeSize ?? 0;
  if (treeSize === last?.treeSize) return;
  const tree = head === undefined || treeSize === 0 ? emptyTree : parseTree(head.state);
  const identity = identities[log];
  const text = formatCheckpoint({
    origin: identity.origin,
    treeSize,
    rootHash: rootHash(sha256, tree),
    extensions: [],
  });
  await writers.write(log, async (lease) => {
    // Signed only under the lease: it is not given out for a store whose history is not the anchored one.
    const note = await signNote(text, verifierKeyOf(identity), (message) => identity.signer.sign(message));
    await logs.publishCheckpoint(lease, { treeSize, note });
  });
};
