import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memberEntry, soloLedger } from '@chartseal/embedded/testing';
import type { TrustFile } from '../trust-file.ts';
import { loggedVersion, origin } from './logged-version.ts';

/** A proof as a gateway answers it, made by the log's own functions and a real ledger, and what to trust for it. */
export type AnchoredProof = { readonly proof: ProofJson; readonly trust: TrustFile };
export type ProofJson = Readonly<Record<'type' | 'network' | 'resource' | 'key' | 'entry' | 'proof', string>> & {
  readonly receipt: Readonly<Record<string, unknown>>;
};

/** On an embedded ledger. */
export const anchoredProof = async (
  resourceText: string,
  place: { leafIndex?: number; treeSize?: number } = {},
): Promise<AnchoredProof> => {
  const { verifierKey, note, members } = await loggedVersion(resourceText, place);
  const { network, ledgerPublicKey, receipt } = await anchor(note, verifierKey);
  return {
    proof: { ...members, network, receipt },
    trust: {
      type: 'chartseal-trust/v1',
      network,
      logs: [verifierKey],
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
