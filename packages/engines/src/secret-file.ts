import { readFile } from 'node:fs/promises';
import { ChartsealError } from '@chartseal/ports';

/**
 * What a file that a variable names holds, without the line end that editors leave.
 * @throws ChartsealError `misconfigured`, naming the variable and never the content
 */
export const readFileOf = async (variable: string, path: string): Promise<string> => {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
    throw new ChartsealError(
      'misconfigured',
      `${variable} names a file that cannot be read (${code}): check its path and who may read it`,
      {},
      { cause },
    );
  });
  const content = text.trim();
  if (content === '') throw new ChartsealError('misconfigured', `${variable} names a file that is empty: fill it`);
  return content;
};

export const readOptionalFile = async (variable: string, path: string | undefined): Promise<string | undefined> =>
  path === undefined ? undefined : readFileOf(variable, path);
