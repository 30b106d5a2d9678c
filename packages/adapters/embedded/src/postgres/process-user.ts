import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { promisify } from 'node:util';
import { ChartsealError } from '@chartseal/ports';

/** The operating system's user that PostgreSQL runs as. `same`: ours. */
export type ProcessUser =
  | { readonly kind: 'same'; readonly name: string; readonly uid: number }
  | { readonly kind: 'other'; readonly name: string; readonly uid: number; readonly gid: number };

const run = promisify(execFile);

const lookUp = async (user: string): Promise<ProcessUser | undefined> => {
  try {
    const [uid, gid, name] = await Promise.all(['-u', '-g', '-un'].map((flag) => run('id', [flag, '--', user])));
    if (uid === undefined || gid === undefined || name === undefined) return undefined;
    return { kind: 'other', name: name.stdout.trim(), uid: Number(uid.stdout), gid: Number(gid.stdout) };
  } catch {
    return undefined;
  }
};

const creations: readonly (readonly [string, readonly string[]])[] = [
  ['useradd', ['--system', '--no-create-home', '--shell', '/usr/sbin/nologin', 'postgres']],
  ['adduser', ['-S', '-D', '-H', 'postgres']],
];

const create = async (): Promise<ProcessUser | undefined> => {
  for (const [command, args] of creations) {
    await run(command, args).catch(() => undefined);
    const created = await lookUp('postgres');
    if (created !== undefined) return created;
  }
  return undefined;
};

const ourselves = (): ProcessUser => {
  try {
    const { username, uid } = userInfo();
    return { kind: 'same', name: username, uid };
  } catch (cause) {
    throw new ChartsealError(
      'misconfigured',
      'PostgreSQL needs a user with a name: this process has none',
      {},
      { cause },
    );
  }
};

/**
 * PostgreSQL refuses to run as root. Started as root it runs as who owns the cluster that is there; else as `postgres`,
 * created if it is missing; else as `nobody`.
 * @throws ChartsealError `misconfigured` if there is no such user
 */
export async function chooseUser(cluster: string): Promise<ProcessUser> {
  const own = ourselves();
  if (own.uid !== 0) return own;
  const owner = await stat(cluster).then(
    ({ uid }) => uid,
    () => 0,
  );
  const candidate = owner === 0 ? undefined : await lookUp(String(owner));
  const chosen = candidate ?? (await lookUp('postgres')) ?? (await create()) ?? (await lookUp('nobody'));
  if (chosen !== undefined) return chosen;
  throw new ChartsealError('misconfigured', 'started as root, but there is no ordinary user to run PostgreSQL as');
}

/** What child_process takes to run as that user. */
export const identityOf = (user: ProcessUser): { uid?: number; gid?: number } =>
  user.kind === 'same' ? {} : { uid: user.uid, gid: user.gid };
