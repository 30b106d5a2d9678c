import { readFile } from 'node:fs/promises';
import { parseTrustFile } from '../trust-file.ts';
import type { AnchoredProof, ProofJson } from './anchored-proof.ts';

/** What test/fabric/record-proof.ts recorded of a real network of two hospitals. */
export type RecordedFabricProof = AnchoredProof & {
  /** Of a later transaction that wrote the same key, and of the first after that: nothing shows any more that it took effect. */
  readonly receipts: Readonly<Record<'later' | 'overwritten', Readonly<Record<string, unknown>>>>;
};

export const recordedFabricProof = async (): Promise<RecordedFabricProof> => {
  const file = new URL('../receipt/testing/fabric-proof.json', import.meta.url);
  const { proof, trust, receipts } = JSON.parse(await readFile(file, 'utf8')) as RecordedFabricProof;
  return { proof: proof satisfies ProofJson, trust: parseTrustFile(trust), receipts };
};
