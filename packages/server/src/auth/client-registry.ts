import type { ClientStore } from '@chartseal/ports';
import type { DirectoryEntry } from '../ledger-view/directory.ts';
import { OTHER_ORGANIZATION_SCOPE } from './scope.ts';

/** A client that may ask for a token, whichever way it became known. */
export type KnownClient = {
  readonly kind: 'own' | 'other';
  readonly clientId: string;
  readonly organization: string;
  readonly jwks: { readonly keys: readonly Readonly<Record<string, unknown>>[] };
  readonly scope: string;
  readonly purposes: readonly string[];
};

/** Finds a client by its id, anew for each request. Rejects with `ledger-stale` when the directory may be out of date. */
export type ClientRegistry = { find(clientId: string): Promise<KnownClient | undefined> };

export type ClientRegistryOptions = {
  readonly clients: Pick<ClientStore, 'find'>;
  /** This hospital's directory id. */
  readonly ownOrganization: string;
  readonly directory: { organization(id: string): DirectoryEntry | undefined };
  readonly freshness: { ensureFresh(): Promise<void> };
};

/** The purposes that an organisation may claim: none while it is suspended, and BTG only where the entry allows it besides. */
export const claimablePurposes = (entry: DirectoryEntry | undefined): readonly string[] =>
  entry?.status === 'active' ? entry.purposes.filter((purpose) => purpose !== 'BTG' || entry.breakGlass) : [];

/**
 * Own clients from the store; else an active organisation of the directory, whose id is its client id and whose keys are
 * those on the ledger, so that nothing is registered bilaterally. BTG needs the entry's `breakGlass` besides.
 */
export const clientRegistry = (options: ClientRegistryOptions): ClientRegistry => ({
  find: async (clientId) => {
    const { clients, ownOrganization, directory, freshness } = options;
    const own = await clients.find(clientId);
    if (own !== undefined) {
      const { jwks, scope, purposeOfUse } = own;
      return { kind: 'own', clientId, organization: ownOrganization, jwks, scope, purposes: [purposeOfUse] };
    }
    if (clientId === ownOrganization || directory.organization(clientId) === undefined) return undefined;
    await freshness.ensureFresh();
    const entry = directory.organization(clientId);
    if (entry?.status !== 'active') return undefined;
    const purposes = claimablePurposes(entry);
    return {
      kind: 'other',
      clientId,
      organization: entry.id,
      jwks: entry.jwks,
      scope: OTHER_ORGANIZATION_SCOPE,
      purposes,
    };
  },
});
