import { ENGINE_ENV, type EngineConfig, readEngineConfig, serviceConfig, type ServiceConfig } from '@chartseal/engines';
import { readEnv, type Env } from '@chartseal/server';
import { modeOf, SANDBOX_ENV } from './config.ts';
import { layout } from './layout.ts';

/** Whose stores an operator's command works on: those that the same environment would run. */
export type Operation =
  | { readonly mode: 'sandbox'; readonly dataDirectory: string; readonly engines: EngineConfig }
  | ({ readonly mode: 'hospital' } & ServiceConfig);

/** @throws ChartsealError `misconfigured` */
export const operationOf = async (env: Env): Promise<Operation> => {
  if (modeOf(env) === 'hospital') return { mode: 'hospital', ...(await serviceConfig(env)) };
  const values = readEnv({ GATEWAY_DATA_DIR: SANDBOX_ENV.GATEWAY_DATA_DIR, ...ENGINE_ENV }, env);
  const dataDirectory = values.GATEWAY_DATA_DIR;
  return { mode: 'sandbox', dataDirectory, engines: await readEngineConfig(values, 'optional', layout(dataDirectory)) };
};
