import type { DirectoryEntry } from '@chartseal/contracts';
import type { WitnessAddress } from './witness-client.ts';

/** Where the witnesses of the other active members are, by the directory on the ledger as it is known at each call. */
export const otherWitnesses =
  (members: { organizations(): readonly DirectoryEntry[] }, own: string) => (): readonly WitnessAddress[] =>
    members
      .organizations()
      .filter(({ id, status }) => id !== own && status === 'active')
      .flatMap(({ id, witnessUrl }) => (witnessUrl === null ? [] : [{ organization: id, witnessUrl }]));
