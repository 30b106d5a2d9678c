import { createHash, createHmac, randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memberEntry, soloLedger } from '@chartseal/embedded/testing';
import {
  append,
  emptyTree,
  formatCheckpoint,
  formatTlogProof,
  formatVerifierKey,
  inclusionProof,
  leafHash,
  makeVerifierKey,
  rootHash,
  signNote,
} from '@chartseal/tlog';
import { generateEd25519, sha256 } from '@chartseal/tlog/node';
import type { TrustFile } from '../trust-file.ts';

export const origin = 'a.example/records';

/** A proof as a gateway answers it, made by the log's own functions and a real embedded ledger, and what to trust for it. */
export type AnchoredProof = { readonly proof: ProofJson; readonly trust: TrustFile };
export type ProofJson = Readonly<Record<'type' | 'network' | 'resource' | 'key' | 'entry' | 'proof', string>> & {
  readonly receipt: Readonly<Record<string, unknown>>;
};

export const anchoredProof = async (
  resourceText: string,
  { leafIndex = 4, treeSize = 7 }: { leafIndex?: number; treeSize?: number } = {},
): Promise<AnchoredProof> => {
  const [resource, key] = [Buffer.from(resourceText), randomBytes(32)];
  const entry = createHmac('sha256', key).update(resource).digest();
  const leaves = Array.from({ length: treeSize }, (_, index) =>
    leafHash(sha256, index === leafIndex ? entry : createHash('sha256').update(`${index}`).digest()),
  );
  const rootOf = (hashes: readonly Uint8Array[]) => rootHash(sha256, append(sha256, emptyTree, hashes));
  const path = await inclusionProof(sha256, leafIndex, treeSize, async (nodes) =>
    nodes.map(({ level, index }) => rootOf(leaves.slice(index * 2 ** level, (index + 1) * 2 ** level))),
  );
  const log = generateEd25519();
  const verifierKey = makeVerifierKey(sha256, origin, log.publicKey);
  const text = formatCheckpoint({ origin, treeSize, rootHash: rootOf(leaves), extensions: [] });
  const note = await signNote(text, verifierKey, log.sign);
  const vkey = formatVerifierKey(verifierKey);
  const { network, ledgerPublicKey, receipt } = await anchor(note, vkey);
  const proof = formatTlogProof({ extra: undefined, leafIndex, inclusionProof: path, checkpoint: note });
  return {
    proof: {
      type: 'chartseal-proof/v1',
      network,
      resource: resource.toString('base64'),
      key: key.toString('base64'),
      entry: entry.toString('base64'),
      proof,
      receipt,
    },
    trust: {
      type: 'chartseal-trust/v1',
      network,
      logs: [vkey],
      ledger: { type: 'embedded', publicKey: ledgerPublicKey },
    },
  };
};

const anchor = async (note: string, verifierKey: string) => {
  const directory = await mkdtemp(join(tmpdir(), 'chartseal-proof-'));
  const logs = [{ origin, verifierKey, fromSize: 0 }];
  const { ledger, ledgerPublicKey, close } = await soloLedger(directory, memberEntry('A', { logs }));
  const checkpoints = [{ origin, note, consistencyProof: [] }];
  const call = { contract: 'anchor', transaction: 'Anchor', args: [JSON.stringify({ checkpoints })] } as const;
  const { transactionId } = await ledger.submit(call);
  const receipt = await ledger.receipt(transactionId);
  await close();
  await rm(directory, { recursive: true });
  return { network: ledger.network, ledgerPublicKey, receipt };
};
