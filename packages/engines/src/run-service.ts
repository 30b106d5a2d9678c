import { createLog, type Env, safeError, startTracing, termination } from '@chartseal/server';
import { spareMemory } from '@chartseal/server/start';
import { composeService } from './compose-service.ts';
import type { Part } from './place.ts';
import { serviceConfig } from './service-config.ts';
import { version } from './version.ts';

/** Runs a service from its environment until the first SIGTERM. A wrong configuration is one message and exit status 1. */
export const runService = async (service: string, env: Env, part: Part): Promise<void> => {
  spareMemory();
  try {
    const stopped = termination();
    await using opening = new AsyncDisposableStack();
    const config = await serviceConfig(env);
    opening.use(startTracing({ service, version, endpoint: config.otlpEndpoint }));
    const log = createLog({ service, level: config.logLevel });
    const running = opening.use(await composeService(service, config, part, log));
    log.info({ url: running.url }, 'ready');
    log.info({ signal: await stopped }, 'draining');
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : JSON.stringify(safeError(error))}\n`);
    process.exitCode = 1;
  }
};
