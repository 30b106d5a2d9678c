import { hash } from 'node:crypto';

/** The number of a lock that a name stands for: a signed bigint, as text. */
export const lockNumber = (purpose: string, ...names: readonly string[]): string =>
  hash('sha256', JSON.stringify([purpose, ...names]), 'buffer')
    .readBigInt64BE(0)
    .toString();
