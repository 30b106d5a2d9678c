import { join, resolve } from 'node:path';

/** Where the embedded engines keep their things below the data directory. */
export const layout = (dataDirectory: string) => {
  const root = resolve(dataDirectory);
  return { root, postgres: join(root, 'postgres'), ledger: join(root, 'ledger'), keyring: join(root, 'keyring.json') };
};
