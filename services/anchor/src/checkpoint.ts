import type { LogName } from '@chartseal/ports';
import { formatCheckpoint, makeVerifierKey, parseTree, rootHash, signNote, type VerifierKey } from '@chartseal/tlog';
import { rawEd25519, sha256 } from '@chartseal/tlog/node';
import type { AnchorDependencies, LogIdentity } from './dependencies.ts';
import type { Writers } from './writers.ts';

export const verifierKeyOf = ({ origin, signer }: LogIdentity): VerifierKey =>
  makeVerifierKey(sha256, origin, rawEd25519(signer.publicKey));

/** Signs the tree as it is now, if it grew since the last checkpoint. A signed tree is one that is durable already. */
export const publishCheckpoint = async (
  { logs, identities }: AnchorDependencies,
  writers: Writers,
  log: LogName,
): Promise<void> => {
  if (!writers.leads(log)) return;
  const [head, last] = await Promise.all([logs.head(log), logs.checkpoint(log)]);
  if (head === undefined || head.treeSize === (last?.treeSize ?? 0)) return;
  const identity = identities[log];
  const text = formatCheckpoint({
    origin: identity.origin,
    treeSize: head.treeSize,
    rootHash: rootHash(sha256, parseTree(head.state)),
    extensions: [],
  });
  await writers.write(log, async (lease) => {
    // Signed only under the lease: it is not given out for a store whose history is not the anchored one.
    const note = await signNote(text, verifierKeyOf(identity), (message) => identity.signer.sign(message));
    await logs.publishCheckpoint(lease, { treeSize: head.treeSize, note });
  });
};
