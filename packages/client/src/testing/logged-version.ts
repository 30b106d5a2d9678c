import { createHash, createHmac, randomBytes } from 'node:crypto';
import { receiptOfInclusion, signTreeHead } from '@chartseal/cose';
import {
  append,
  consistencyProof,
  emptyTree,
  formatCheckpoint,
  formatTlogProof,
  formatVerifierKey,
  inclusionProof,
  leafHash,
  makeVerifierKey,
  rootHash,
  signNote,
  toBase64,
  type HashReader,
} from '@chartseal/tlog';
import { generateEd25519, sha256 } from '@chartseal/tlog/node';

export const origin = 'a.example/records';

/** What a proof file has before its checkpoint is anchored, made by the log's own functions. */
export type LoggedVersion = {
  readonly verifierKey: string;
  /** The signed checkpoint. */
  readonly note: string;
  /** Its next checkpoint, of one leaf more. */
  readonly grown: { readonly note: string; readonly consistencyProof: readonly string[] };
  /** RFC 9942, of the same place; none for a tree of one leaf. */
  readonly coseReceipt: Uint8Array | undefined;
  readonly members: Readonly<Record<'type' | 'resource' | 'key' | 'entry' | 'proof', string>>;
};

/** A version in a log of its own, among other leaves. */
export const loggedVersion = async (
  resourceText: string,
  { leafIndex = 4, treeSize = 7 }: { leafIndex?: number; treeSize?: number } = {},
): Promise<LoggedVersion> => {
  const [resource, key] = [Buffer.from(resourceText), randomBytes(32)];
  const entry = createHmac('sha256', key).update(resource).digest();
  const leaves = Array.from({ length: treeSize }, (_, index) =>
    leafHash(sha256, index === leafIndex ? entry : createHash('sha256').update(`${index}`).digest()),
  );
  const rootOf = (hashes: readonly Uint8Array[]) => rootHash(sha256, append(sha256, emptyTree, hashes));
  const next = [...leaves, leafHash(sha256, randomBytes(32))];
  const read: HashReader = async (nodes) =>
    nodes.map(({ level, index }) => rootOf(next.slice(index * 2 ** level, (index + 1) * 2 ** level)));
  const path = await inclusionProof(sha256, leafIndex, treeSize, read);
  const consistency = await consistencyProof(sha256, treeSize, next.length, read);
  const log = generateEd25519();
  const verifierKey = makeVerifierKey(sha256, origin, log.publicKey);
  const checkpointOf = (hashes: readonly Uint8Array[]): Promise<string> => {
    const checkpoint = { origin, treeSize: hashes.length, rootHash: rootOf(hashes), extensions: [] };
    return signNote(formatCheckpoint(checkpoint), verifierKey, log.sign);
  };
  const note = await checkpointOf(leaves);
  const head = { origin, treeSize, rootHash: rootOf(leaves), keyId: verifierKey.keyId };
  const treeHead = await signTreeHead(head, log.sign);
  return {
    verifierKey: formatVerifierKey(verifierKey),
    note,
    coseReceipt: treeSize === 1 ? undefined : receiptOfInclusion(treeHead, { treeSize, leafIndex, path }),
    grown: { note: await checkpointOf(next), consistencyProof: consistency.map(toBase64) },
    members: {
      type: 'chartseal-proof/v1',
      resource: resource.toString('base64'),
      key: key.toString('base64'),
      entry: entry.toString('base64'),
      proof: formatTlogProof({ extra: undefined, leafIndex, inclusionProof: path, checkpoint: note }),
    },
  };
};
