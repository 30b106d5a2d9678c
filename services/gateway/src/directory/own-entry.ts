import type { DirectoryEntry, PublicJwk } from '@chartseal/contracts';
import type { KeyVault } from '@chartseal/ports';
import { issuerOf } from '@chartseal/server';
import { logIdentities, verifierKeyOf } from '@chartseal/service-anchor';
import { formatVerifierKey } from '@chartseal/tlog';

/** What the hospital itself says of itself; the rest stands in its configuration and its key vault. */
export type EntryWishes = Pick<DirectoryEntry, 'name' | 'parent' | 'purposes' | 'breakGlass'> & {
  readonly keys: readonly PublicJwk[];
};

export type EntryPlace = {
  readonly organization: string;
  readonly mspId: string;
  readonly baseUrl: string;
  readonly logOrigin: string;
  readonly vault: KeyVault;
};

/** The directory entry with which a hospital joins: its addresses, and the keys of its logs. */
export const ownEntry = async (place: EntryPlace, { keys, ...wishes }: EntryWishes): Promise<DirectoryEntry> => {
  const { fhirBaseUrl, tokenUrl } = issuerOf(place.baseUrl);
  const logs = await logIdentities(place.vault, place.logOrigin);
  return {
    id: place.organization,
    mspId: place.mspId,
    ...wishes,
    jwks: { keys },
    fhirBaseUrl,
    tokenUrl,
    consentBaseUrl: `${place.baseUrl}/consent`,
    witnessUrl: `${place.baseUrl}/witness`,
    logs: Object.values(logs).map((log) => ({
      origin: log.origin,
      verifierKey: formatVerifierKey(verifierKeyOf(log)),
      fromSize: 0,
    })),
    status: 'active',
  };
};
