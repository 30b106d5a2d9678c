import { createLog, type Env, safeError, termination } from '@chartseal/server';
import { composeChaincode } from './compose.ts';
import { chaincodeConfig } from './config.ts';

/** Runs the server from its environment until the first SIGTERM. A wrong configuration is one message and exit status 1. */
export const runChaincode = async (env: Env, complain: (message: string) => void): Promise<void> => {
  try {
    const stopped = termination();
    const config = await chaincodeConfig(env);
    const log = createLog({ service: 'chaincode', level: config.logLevel });
    // Fabric's libraries let a process live on that nobody knows the state of; it ends, and is started anew.
    process.removeAllListeners('uncaughtException');
    process.removeAllListeners('unhandledRejection');
    // Node would print its warnings as text.
    process.removeAllListeners('warning');
    process.on('warning', ({ name }) => log.debug({ name }, 'a warning of Node'));
    await using running = await composeChaincode(config, log);
    const { address } = running;
    log.info({ address, packageId: config.packageId, security: config.security.kind }, 'ready');
    log.info({ signal: await stopped }, 'draining');
  } catch (error) {
    complain(error instanceof Error ? error.message : JSON.stringify(safeError(error)));
    process.exitCode = 1;
  }
};
