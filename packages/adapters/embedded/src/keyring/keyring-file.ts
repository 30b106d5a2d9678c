import { createHash, randomUUID } from 'node:crypto';
import { open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ChartsealError } from '@chartseal/ports';

const checksumOf = (format: string, body: string): string =>
  createHash('sha256').update(`${format}\n${body}`).digest('hex');

const damaged = (cause?: unknown): ChartsealError =>
  new ChartsealError('corrupt', 'the keyring is damaged: restore it from a backup', {}, { cause });

const readText = async (path: string): Promise<string | undefined> => {
  try {
    const { mode, uid } = await stat(path);
    const isPrivate = (mode & 0o077) === 0 && (uid === process.getuid?.() || process.getuid?.() === 0);
    if (!isPrivate)
      throw new ChartsealError('misconfigured', `the keyring ${path} must be readable by its owner alone (mode 0600)`);
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
};

/**
 * The keyring, or `empty` where there is no file. The checksum finds damage, not tampering: who can write the file
 * can read the keys.
 * @throws ChartsealError `corrupt`, or `misconfigured` if others may read the file
 */
export async function readKeyringFile<T>(path: string, format: string, empty: T): Promise<T> {
  const text = await readText(path);
  if (text === undefined) return empty;
  const [head, checksum, body, ...rest] = text.split('\n');
  if (head !== format || body === undefined || rest.join('') !== '' || checksum !== checksumOf(format, body))
    throw damaged();
  try {
    return JSON.parse(body) as T;
  } catch (cause) {
    throw damaged(cause);
  }
}

/** The file is the old or the new one, whatever happens in between; durable when it resolves. */
export async function writeKeyringFile(path: string, format: string, keyring: unknown): Promise<void> {
  const body = JSON.stringify(keyring);
  const draft = `${path}.${randomUUID()}`;
  const file = await open(draft, 'wx', 0o600);
  try {
    await file.writeFile(`${format}\n${checksumOf(format, body)}\n${body}\n`);
    await file.sync();
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  } finally {
    await file.close();
  }
  const folder = await open(dirname(path), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
