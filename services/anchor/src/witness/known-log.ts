import type { DirectoryEntry, DirectoryLog } from '@chartseal/contracts';

/** The directory as this process sees it. `ready` rejects while it has not been read. */
export type KnownMembers = { organizations(): readonly DirectoryEntry[]; ready(): Promise<void> };

/**
 * The log of that origin, of an active member. Not of the own hospital: who cosigns itself is no witness.
 * @throws ChartsealError `ledger-unavailable` while nothing is known: an unknown origin would be a lie
 */
export const knownLog = async (
  members: KnownMembers,
  own: string,
  origin: string,
): Promise<DirectoryLog | undefined> => {
  await members.ready();
  return members
    .organizations()
    .filter(({ id, status }) => id !== own && status === 'active')
    .flatMap(({ logs }) => logs)
    .find((log) => log.origin === origin);
};
