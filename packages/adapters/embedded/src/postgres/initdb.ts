import { execFile } from 'node:child_process';
import { open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { ChartsealError } from '@chartseal/ports';
import type { Binaries } from './binaries.ts';
import type { Layout } from './layout.ts';
import { makePrivate } from './layout.ts';
import { identityOf } from './process-user.ts';
import type { ProcessUser } from './process-user.ts';

const run = promisify(execFile);

/** Nothing of ours: a PGPORT or PGDATA in the gateway's own environment must not reach PostgreSQL. */
export const environment = { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' } as const;

const draftPrefix = 'cluster.new-';

const syncFolder = async (folder: string): Promise<void> => {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};

async function make({ root, cluster }: Layout, { initdb }: Binaries, user: ProcessUser): Promise<void> {
  const leftovers = (await readdir(root)).filter((name) => name.startsWith(draftPrefix));
  for (const name of leftovers) await rm(join(root, name), { recursive: true });
  const draft = join(root, `${draftPrefix}${process.pid}`);
  await makePrivate(draft, user);
  const layoutOptions = ['--pgdata', draft, '--encoding=UTF8', '--locale=C', '--data-checksums', '--no-instructions'];
  const authOptions = ['--username=postgres', '--auth-local=peer', '--auth-host=reject'];
  try {
    await run(initdb, [...layoutOptions, ...authOptions], { cwd: root, env: environment, ...identityOf(user) });
  } catch (cause) {
    await rm(draft, { recursive: true, force: true });
    throw new ChartsealError('misconfigured', `PostgreSQL could not lay out its files in ${root}`, {}, { cause });
  }
  await rename(draft, cluster);
  await syncFolder(root);
}

/** The cluster, laid out if it is not there; in one step, so that a kill leaves either none or a whole one. */
export async function ensureCluster(layout: Layout, binaries: Binaries, user: ProcessUser): Promise<void> {
  const readVersion = (): Promise<string> => readFile(join(layout.cluster, 'PG_VERSION'), 'utf8');
  const found = await readVersion().catch(async (error: unknown) => {
    if (!(error instanceof Error) || !('code' in error) || error.code !== 'ENOENT') throw error;
    await make(layout, binaries, user);
    return readVersion();
  });
  if (Number(found) === binaries.majorVersion) return;
  const versions = `PostgreSQL ${found.trim()}, and the binaries here are of ${binaries.majorVersion}`;
  throw new ChartsealError('misconfigured', `${basename(layout.root)} was written by ${versions}`);
}

/**
 * Who may connect: through the socket alone, as one of two roles, and only the gateway's own user and the one that runs
 * PostgreSQL (the kernel says who it is). Written at each start, for the gateway's user may have changed.
 */
export async function writeAccessRules({ cluster }: Layout, user: ProcessUser): Promise<void> {
  const names = [...new Set([userInfo().username, user.name])];
  const quoted = names.map((name) => `"${name.replaceAll('"', '""')}"`);
  const map = quoted.flatMap((name) => ['postgres', 'chartseal'].map((role) => `chartseal ${name} ${role}\n`));
  await writeFile(join(cluster, 'pg_ident.conf'), map.join(''));
  await writeFile(join(cluster, 'pg_hba.conf'), 'local all postgres,chartseal peer map=chartseal\n');
}
