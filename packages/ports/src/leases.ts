/**
 * Tasks that one process of a gateway does at a time, as writing its logs. Who holds a lease leads; it says nothing about what a
 * holder that was paused does when it wakes up, so what must not happen twice is fenced besides (LogStore law 4).
 *
 * Laws:
 * 1. A task has at most one holder: `hold` answers `held` to one, and `elsewhere` to all others until that one's time is over.
 * 2. A holder that holds again in time keeps the lease, for `ttlMs` from then on.
 * 3. Time is the store's: clocks of processes that disagree make no two holders.
 * 4. After `release` by its holder the task is free at once; by another it changes nothing.
 */
export interface Leases {
  hold(task: string, holder: string, ttlMs: number): Promise<'held' | 'elsewhere'>;
  release(task: string, holder: string): Promise<void>;
}
