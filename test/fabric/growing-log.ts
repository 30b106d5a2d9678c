import { append, consistencyProof, emptyTree, formatCheckpoint, formatVerifierKey, leafHash } from '@chartseal/tlog';
import { makeVerifierKey, rootHash, signNote, toBase64 } from '@chartseal/tlog';
import { rawEd25519, sha256 } from '@chartseal/tlog/node';
import { testSigner } from './test-signer.ts';

/** A log of `firstSize` leaves that grows by as many as it is told to; each checkpoint comes with its proof, as the anchor service sends it. */
export const growingLog = (origin: string, firstSize: number) => {
  const signer = testSigner();
  const key = makeVerifierKey(sha256, origin, rawEd25519(signer.publicKey));
  const leaves: Uint8Array[] = [];
  const grow = (by: number): void => {
    for (let i = 0; i < by; i += 1) leaves.push(leafHash(sha256, Buffer.from(`${origin} ${leaves.length}`)));
  };
  const rootOf = (hashes: readonly Uint8Array[]): Uint8Array => rootHash(sha256, append(sha256, emptyTree, hashes));
  let last = 0;
  grow(firstSize);
  return {
    entry: { origin, verifierKey: formatVerifierKey(key), fromSize: 0 },
    next: async (by: number) => {
      if (last > 0) grow(by);
      const size = leaves.length;
      const text = formatCheckpoint({ origin, treeSize: size, rootHash: rootOf(leaves), extensions: [] });
      const note = await signNote(text, key, (message) => signer.sign(message));
      const proof = await consistencyProof(sha256, last, size, async (nodes) =>
        nodes.map(({ level, index }) => rootOf(leaves.slice(index * 2 ** level, (index + 1) * 2 ** level))),
      );
      last = size;
      return { origin, note, consistencyProof: proof.map(toBase64) };
    },
  };
};
