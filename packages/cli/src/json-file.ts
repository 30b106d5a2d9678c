import { readFile } from 'node:fs/promises';
import { CliError, codeOf } from './cli-error.ts';

/** @throws CliError */
export const readJsonFile = async (path: string): Promise<unknown> => {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new CliError(`${path} cannot be read (${codeOf(cause) ?? 'unknown'}); check its name`, { cause });
  });
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new CliError(`${path} is not JSON`, { cause });
  }
};
