import { randomBytes } from 'node:crypto';
import { openEmbeddedLedger, organization, type OpenLedger } from '@chartseal/embedded';
import type { KeyVault, Ledger } from '@chartseal/ports';
import type { Clock } from '@chartseal/server';
import { members, mspIdOf, type Member } from './sandbox/members.ts';

export type SandboxLedger = AsyncDisposable &
  Pick<OpenLedger, 'network' | 'ledgerPublicKey'> & {
    /** One connection for each organisation of the sandbox, each with its own identity. */
    readonly connections: Readonly<Record<Member, Ledger>>;
  };

/** The embedded ledger with all three hospitals on it, made where there is none. */
export const composeSandboxLedger = async (
  directory: string,
  vault: KeyVault,
  clock: Clock,
): Promise<SandboxLedger> => {
  const identities = await Promise.all(
    members.map(async (member) => ({
      member,
      mspId: mspIdOf[member],
      signer: await vault.signer(`ledger-identity:${member}`, 'ES256'),
    })),
  );
  const ledger = await openEmbeddedLedger({
    directory,
    clock: () => new Date(clock.wallMs()),
    random: (size) => randomBytes(size),
    ledgerSigner: await vault.signer('ledger-blocks', 'Ed25519'),
    genesis: { organizations: identities.map(({ mspId, signer }) => organization(mspId, signer)) },
  });
  const connections = Object.fromEntries(
    identities.map(({ member, mspId, signer }) => [member, ledger.connect({ mspId, signer })]),
  ) as Record<Member, Ledger>;
  const { network, ledgerPublicKey } = ledger;
  return { network, ledgerPublicKey, connections, [Symbol.asyncDispose]: () => ledger.close() };
};
