/** Where the ledger holds what it knows of a log: one key each, so that a log's one writer never conflicts. */
export const logKey = (origin: string): string => `anchor/log/${origin}`;

/** Who claimed it. */
export const writerKey = (origin: string): string => `anchor/writer/${origin}`;

/** How it ended, and how it began. */
export const endedKey = (origin: string): string => `anchor/ended/${origin}`;
export const beginsKey = (origin: string): string => `anchor/begins/${origin}`;

/** One a statement. */
export const erasureKey = (origin: string, statementHash: string): string =>
  `anchor/erasure/${origin}/${statementHash}`;
export const recoveryKey = (origin: string, statementHash: string): string =>
  `anchor/recovery/${origin}/${statementHash}`;
