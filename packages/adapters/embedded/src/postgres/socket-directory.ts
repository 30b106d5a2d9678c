import { lstat, mkdtemp, readFile, rename, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Layout } from './layout.ts';
import { makePrivate } from './layout.ts';
import type { ProcessUser } from './process-user.ts';

/** sun_path of unix(7) has 108 bytes, the last one 0. macOS has 104. */
const longest = process.platform === 'darwin' ? 103 : 107;

/** PostgreSQL wants one for the socket's name; nothing listens on TCP. */
export const socketPort = 5432;

export const fits = (directory: string): boolean =>
  Buffer.byteLength(join(directory, `.s.PGSQL.${socketPort}`)) <= longest;

/** A folder under the system's temporary one could have been put there by another user: it must be a real one, and ours. */
const isOurs = async (directory: string, user: ProcessUser): Promise<boolean> => {
  try {
    const found = await lstat(directory);
    return found.isDirectory() && found.uid === user.uid && (found.mode & 0o077) === 0;
  } catch {
    return false;
  }
};

/**
 * Where the socket goes: in the data directory, or, where that path is too long for a socket, in a folder of our own
 * under the system's temporary one, whose name the data directory keeps.
 */
export async function prepareSocketDirectory(layout: Layout, user: ProcessUser): Promise<string> {
  if (fits(layout.socketDirectory)) {
    await makePrivate(layout.socketDirectory, user);
    return layout.socketDirectory;
  }
  const recorded = await readFile(layout.socketRecord, 'utf8').catch(() => undefined);
  if (recorded !== undefined && (await isOurs(recorded, user))) return recorded;
  const base = fits(join(tmpdir(), 'chartseal-XXXXXX')) ? tmpdir() : '/tmp';
  const made = await mkdtemp(join(base, 'chartseal-'));
  await makePrivate(made, user);
  const draft = `${layout.socketRecord}.new`;
  await writeFile(draft, made, { mode: 0o600 });
  await rename(draft, layout.socketRecord);
  return made;
}
