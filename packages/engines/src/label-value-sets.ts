/** The hospital's own value sets for labels (consent-semantics B10), in place of those that come with the release. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  builtInFiles,
  builtInValueSets,
  createValueSets,
  readValueSet,
  type ValueSetFile,
  type ValueSets,
} from '@chartseal/consent';
import { ChartsealError } from '@chartseal/ports';

const wrong = (what: string, cause?: unknown): ChartsealError =>
  new ChartsealError('misconfigured', `LABEL_VALUE_SETS: ${what}`, {}, { cause });

/**
 * Each label that the folder's files name is looked up in them alone; of a label that none names, the release's own stay, so that a file which is forgotten
 * leaves nothing unlabelled.
 * @param folder undefined: the release's own
 * @throws ChartsealError `misconfigured` naming the file and what is wrong in it
 */
export const openValueSets = async (folder: string | undefined): Promise<ValueSets> => {
  if (folder === undefined) return builtInValueSets;
  const names = await readdir(folder).catch((cause: unknown) => {
    throw wrong('the folder cannot be read', cause);
  });
  const files = await Promise.all(names.filter((name) => name.endsWith('.json')).map((name) => fileAt(folder, name)));
  if (files.length === 0) throw wrong('the folder holds no .json file');
  const replaced = new Set(files.map(({ label }) => label));
  return createValueSets([...files, ...builtInFiles.filter(({ label }) => !replaced.has(label))]);
};

const fileAt = async (folder: string, name: string): Promise<ValueSetFile> => {
  let value: unknown;
  try {
    value = JSON.parse(await readFile(join(folder, name), 'utf8'));
  } catch (cause) {
    throw wrong(`${name} cannot be read as JSON`, cause);
  }
  try {
    return readValueSet(value);
  } catch (cause) {
    if (cause instanceof RangeError) throw wrong(`${name}: ${cause.message}`, cause);
    throw cause;
  }
};
