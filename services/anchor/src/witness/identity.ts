import type { KeyVault, Signer } from '@chartseal/ports';
import { makeCosignerKey, type CosignerKey } from '@chartseal/tlog';
import { rawEd25519, sha256 } from '@chartseal/tlog/node';

/** Who this hospital is to other logs: a key of its own, which signs nothing else (https://c2sp.org/tlog-cosignature). */
export type WitnessIdentity = { readonly key: CosignerKey; readonly signer: Signer };

/** `logOrigin`: the first part of this hospital's logs' origins, and of its witness's name. */
export const witnessIdentity = async (vault: KeyVault, logOrigin: string): Promise<WitnessIdentity> => {
  const signer = await vault.signer('witness', 'Ed25519');
  return { key: makeCosignerKey(sha256, `${logOrigin}/witness`, rawEd25519(signer.publicKey)), signer };
};
