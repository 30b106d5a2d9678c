import type { KeyVault, LogName, LogStore } from '@chartseal/ports';
import { logOriginOf } from '@chartseal/server';
import type { LogIdentity } from './dependencies.ts';

const keyNames = { records: 'record-log', access: 'access-log' } as const;

type Generations = Readonly<Record<LogName, number>>;

/** The two logs of a hospital: their origins, and the keys that sign their checkpoints. The first of their line, unless told. */
export const logIdentities = async (
  vault: KeyVault,
  logOrigin: string,
  generations: Generations = { records: 1, access: 1 },
): Promise<Record<LogName, LogIdentity>> => {
  const identity = async (name: LogName): Promise<LogIdentity> => ({
    name,
    origin: logOriginOf(logOrigin, name, generations[name]),
    signer: await vault.signer(keyNames[name], 'Ed25519'),
  });
  return { records: await identity('records'), access: await identity('access') };
};

/** Those that this store writes now. */
export const currentLogIdentities = async (
  vault: KeyVault,
  logOrigin: string,
  logs: Pick<LogStore, 'generation'>,
): Promise<Record<LogName, LogIdentity>> =>
  logIdentities(vault, logOrigin, {
    records: await logs.generation('records'),
    access: await logs.generation('access'),
  });

/** Every one that this store has written, the newest last. */
export const allLogIdentities = async (
  vault: KeyVault,
  logOrigin: string,
  logs: Pick<LogStore, 'generation'>,
): Promise<readonly LogIdentity[]> => {
  const current = await currentLogIdentities(vault, logOrigin, logs);
  const lines = await Promise.all(
    Object.values(current).map(async ({ name, signer }) => {
      const generation = await logs.generation(name);
      return Array.from({ length: generation }, (_, at) => ({
        name,
        signer,
        origin: logOriginOf(logOrigin, name, at + 1),
      }));
    }),
  );
  return lines.flat();
};
