import { chmod, chown, mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ChartsealError } from '@chartseal/ports';
import type { ProcessUser } from './process-user.ts';

/** What lies where in the data directory. */
export type Layout = {
  readonly root: string;
  /** PGDATA. */
  readonly cluster: string;
  /** Held by the gateway that uses the directory. */
  readonly lock: string;
  /** PostgreSQL's own log: no statements, no values. */
  readonly log: string;
  /** Names the socket directory where the usual one has too long a path. */
  readonly socketRecord: string;
  readonly socketDirectory: string;
};

export const layoutOf = (root: string): Layout => ({
  root,
  cluster: join(root, 'cluster'),
  lock: join(root, 'gateway.lock'),
  log: join(root, 'postgres.log'),
  socketRecord: join(root, 'socket-directory'),
  socketDirectory: join(root, 'run'),
});

/** A folder that the user alone can enter. */
export async function makePrivate(folder: string, user: ProcessUser): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    if (user.kind === 'other') await chown(folder, user.uid, user.gid);
    if (((await stat(folder)).mode & 0o777) !== 0o700) await chmod(folder, 0o700);
  } catch (cause) {
    throw new ChartsealError('misconfigured', `${folder} does not belong to the user ${user.name}`, {}, { cause });
  }
}

/** Folders above the data directory that are missing; as root, such that PostgreSQL's user can pass through them. */
export async function makeParents(folder: string, user: ProcessUser): Promise<void> {
  await mkdir(folder, { recursive: true, mode: user.kind === 'other' ? 0o711 : 0o700 });
}
