import { open, rename } from 'node:fs/promises';
import { canonicalJson } from '@chartseal/contracts';
import type { Signer } from '@chartseal/ports';
import { signedBytes } from './block.ts';
import type { GenesisBlock, Organization } from './block.ts';
import { syncDirectoryOf } from './block-file.ts';

/** The organisations whose identities the ledger knows, with base64 SPKI DER public keys. */
export type EmbeddedGenesis = { readonly organizations: readonly Organization[] };

export const organization = (mspId: string, signer: Pick<Signer, 'publicKey'>): Organization => ({
  mspId,
  publicKey: Buffer.from(signer.publicKey).toString('base64'),
});

/** Writes a ledger of one block. It appears whole or not at all. */
export async function createGenesis(
  path: string,
  { organizations }: EmbeddedGenesis,
  ledgerSigner: Signer,
  clock: () => Date,
): Promise<void> {
  const genesis: GenesisBlock['genesis'] = {
    type: 'chartseal-embedded-genesis/v1',
    createdAt: clock().toISOString(),
    ledgerPublicKey: Buffer.from(ledgerSigner.publicKey).toString('base64'),
    organizations: sortedOrganizations(organizations),
  };
  const signature = Buffer.from(await ledgerSigner.sign(signedBytes(genesis))).toString('base64');
  const draft = await open(`${path}.new`, 'w', 0o600);
  try {
    await draft.writeFile(`${canonicalJson({ genesis, signature })}\n`);
    await draft.sync();
  } finally {
    await draft.close();
  }
  await rename(`${path}.new`, path);
  await syncDirectoryOf(path);
}

export const sortedOrganizations = (organizations: readonly Organization[]): readonly Organization[] =>
  [...organizations].sort((a, b) => (a.mspId < b.mspId ? -1 : 1));
