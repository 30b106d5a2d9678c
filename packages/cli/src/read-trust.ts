import { readFile } from 'node:fs/promises';
import { parseTrustFile, TrustFileError, type TrustFile } from '@chartseal/client';
import { parseJsonBytes } from '@chartseal/fhir';
import { CliError, codeOf } from './cli-error.ts';

/** @throws CliError */
export const readTrust = async (path: string): Promise<TrustFile> => {
  const value = await readStrictJson(path);
  try {
    return parseTrustFile(value);
  } catch (error) {
    if (!(error instanceof TrustFileError)) throw error;
    throw new CliError(`${path} is no trust file: ${error.message}`, { cause: error });
  }
};

/** Strictly: in a file with two members of one name, two readers could see two proofs. @throws CliError */
export const readStrictJson = async (path: string): Promise<unknown> => {
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw new CliError(`${path} cannot be read (${codeOf(cause) ?? 'unknown'}); check its name`, { cause });
  });
  try {
    return parseJsonBytes(bytes).value;
  } catch (cause) {
    throw new CliError(`${path} is not strict JSON; fetch it again`, { cause });
  }
};
