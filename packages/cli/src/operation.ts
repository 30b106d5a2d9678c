import type { Env } from '@chartseal/server';
import type { Operation } from '@chartseal/service-gateway';
import { requireDataDirectory } from './data-directory.ts';

/**
 * The gateway that a command is about: the sandbox in that folder, or the hospital whose engines the environment names.
 * @throws CliError for a folder that is not there, ChartsealError `misconfigured`
 */
export const readOperation = async (env: Env, data: string): Promise<Operation> => {
  const { operationOf } = await import('@chartseal/service-gateway');
  const operation = await operationOf({ ...env, GATEWAY_DATA_DIR: data });
  if (operation.mode === 'sandbox') requireDataDirectory(operation.dataDirectory);
  return operation;
};
