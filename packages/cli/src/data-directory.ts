import { existsSync } from 'node:fs';
import { Option } from 'commander';
import { CliError } from './cli-error.ts';

export const dataOption = (): Option =>
  new Option('--data <folder>', 'the gateway’s data directory').env('GATEWAY_DATA_DIR').default('.data');

/** @throws CliError, before anything would be made in a folder that was only misspelt */
export const requireDataDirectory = (path: string): string => {
  if (!existsSync(path)) throw new CliError(`there is no ${path}; name the gateway’s data directory with --data`);
  return path;
};
