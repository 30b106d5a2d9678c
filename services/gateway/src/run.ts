import { runService, version } from '@chartseal/engines';
import { createLog, safeError, startTracing, termination, type Env } from '@chartseal/server';
import { importConfig } from '@chartseal/service-ingest';
import { upstreamConfig } from '@chartseal/service-upstream';
import { allParts } from './all-parts.ts';
import { composeSandbox } from './compose.ts';
import { modeOf, sandboxConfig } from './config.ts';
import { loadSandboxSamples, writeSandboxFiles } from './sandbox/sandbox.ts';
import { welcome } from './sandbox/welcome.ts';

/** What people read who start it by hand. */
type Terminal = { readonly log: (text: string) => void; readonly error: (text: unknown) => void };

const runSandbox = async (env: Env, terminal: Terminal): Promise<void> => {
  const stopped = termination();
  const config = await sandboxConfig(env);
  await using opening = new AsyncDisposableStack();
  opening.use(startTracing({ service: 'gateway', version, endpoint: config.otlpEndpoint }));
  const log = createLog({ service: 'gateway', level: config.logLevel });
  const gateway = opening.use(await composeSandbox(config, log));
  const sandbox = await writeSandboxFiles(gateway, config.dataDir);
  const loaded = config.sampleData === 'load' ? await loadSandboxSamples(gateway, config.dataDir, sandbox) : 0;
  terminal.log(welcome(sandbox, config.dataDir, loaded));
  log.info({ signal: await stopped }, 'draining');
};

/** A hospital's gateway or the sandbox, until the first SIGTERM. A wrong configuration is one message and exit status 1. */
export const run = async (env: Env, terminal: Terminal): Promise<void> => {
  try {
    if (modeOf(env) === 'hospital')
      await runService('gateway', env, allParts(await importConfig(env), {}, await upstreamConfig(env)));
    else await runSandbox(env, terminal);
  } catch (error) {
    terminal.error(error instanceof Error ? error.message : safeError(error));
    process.exitCode = 1;
  }
};
