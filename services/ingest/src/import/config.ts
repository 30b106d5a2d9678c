import { realpath } from 'node:fs/promises';
import { ChartsealError } from '@chartseal/ports';
import { type Env, type EnvSchema, integerVariable, optional, readEnv, textVariable } from '@chartseal/server';

/** Of `$import`. */
export const IMPORT_ENV = {
  IMPORT_DIR: optional(
    textVariable({
      description:
        'Folder whose files `$import` may read by `file:` URLs. Unset: none. Every service that writes must see it.',
      expects: 'the path of a folder',
    }),
  ),
  IMPORT_SOURCES: optional(
    textVariable({
      description: 'What the `https:` URLs that `$import` may read begin with. Unset: none.',
      expects: 'https URLs that end with a slash, with commas between',
      pattern: /^https:\/\/[^\s,?#@]+\/(,https:\/\/[^\s,?#@]+\/)*$/,
    }),
  ),
  IMPORT_UPLOAD_MIB: integerVariable({
    description:
      'The most that one `$import` may bring as its body, in MiB. It is kept in PostgreSQL until it is imported.',
    default: '1024',
    min: 1,
    max: 1_048_576,
  }),
} as const satisfies EnvSchema;

export type ImportConfig = {
  /** Without symbolic links in it. */
  readonly directory: string | undefined;
  /** As a URL writes itself, each with a slash at its end. */
  readonly sources: readonly string[];
  readonly uploadBytes: number;
};

/** @throws ChartsealError `misconfigured`, naming the variable */
export const importConfig = async (env: Env): Promise<ImportConfig> => {
  const { IMPORT_DIR: directory, IMPORT_SOURCES: sources, IMPORT_UPLOAD_MIB: mebibytes } = readEnv(IMPORT_ENV, env);
  return {
    directory: directory === undefined ? undefined : await folder(directory),
    sources: sources?.split(',').map((source) => new URL(source).href) ?? [],
    uploadBytes: mebibytes * 1024 * 1024,
  };
};

const folder = async (path: string): Promise<string> => {
  try {
    return await realpath(path);
  } catch (cause) {
    throw new ChartsealError('misconfigured', 'IMPORT_DIR names a folder that is not there', {}, { cause });
  }
};
