import type { KeyVault, LogName } from '@chartseal/ports';
import type { LogIdentity } from './dependencies.ts';

/** The two logs of a hospital: their origins, and the keys that sign their checkpoints. */
export const logIdentities = async (vault: KeyVault, origin: string): Promise<Record<LogName, LogIdentity>> => ({
  records: { name: 'records', origin: `${origin}/records`, signer: await vault.signer('record-log', 'Ed25519') },
  access: { name: 'access', origin: `${origin}/access`, signer: await vault.signer('access-log', 'Ed25519') },
});
