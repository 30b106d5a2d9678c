import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { dirname, parse, sep } from 'node:path';
import { promisify } from 'node:util';
import { ChartsealError } from '@chartseal/ports';
import { identityOf } from './process-user.ts';
import type { ProcessUser } from './process-user.ts';

const run = promisify(execFile);

const mayEnter = async (folder: string, user: ProcessUser): Promise<boolean> => {
  const { mode, uid, gid } = await stat(folder);
  if (uid === user.uid) return (mode & 0o100) !== 0;
  if (user.kind === 'other' && gid === user.gid) return (mode & 0o010) !== 0;
  return (mode & 0o001) !== 0;
};

/** The topmost folder on the way to the path that the user cannot enter. */
const obstacle = async (path: string, user: ProcessUser): Promise<string> => {
  const { root } = parse(path);
  let folder = root;
  for (const name of path.slice(root.length).split(sep)) {
    if (!(await mayEnter(folder, user))) return folder;
    folder = folder === root ? `${root}${name}` : `${folder}${sep}${name}`;
  }
  return path;
};

/** By the modes of the folders on the way. */
export const canReach = async (folder: string, user: ProcessUser): Promise<boolean> =>
  (await obstacle(folder, user)) === folder && mayEnter(folder, user);

/**
 * Runs the program once, in the folder, as the user that will run PostgreSQL: the system's own answer, access lists and
 * mount options included.
 * @throws ChartsealError `misconfigured`, naming the folder that is in the way
 */
export async function checkReach(program: string, folder: string, user: ProcessUser): Promise<void> {
  const attempt = (cwd: string): Promise<unknown> => run(program, ['--version'], { cwd, env: {}, ...identityOf(user) });
  if (!(await canReach(folder, user))) throw await unreachable(folder, user);
  for (const [cwd, path] of [
    ['/', dirname(program)],
    [folder, folder],
  ] as const) {
    try {
      await attempt(cwd);
    } catch (cause) {
      throw await unreachable(path, user, { cause });
    }
  }
}

const unreachable = async (path: string, user: ProcessUser, options?: ErrorOptions): Promise<ChartsealError> => {
  const where = await obstacle(path, user);
  const what = `PostgreSQL runs as the user ${user.name}, who cannot reach ${where} (on the way to ${path})`;
  return new ChartsealError('misconfigured', `${what}; choose another folder, or let that user enter it`, {}, options);
};
