import { runService, version } from '@chartseal/engines';
import { createLog, safeError, spareMemory, startTracing, termination } from '@chartseal/server';
import { importConfig } from '@chartseal/service-ingest';
import { upstreamConfig } from '@chartseal/service-upstream';
import { allParts } from './all-parts.ts';
import { composeSandbox } from './compose.ts';
import { modeOf, sandboxConfig } from './config.ts';
import { loadSandboxSamples, writeSandboxFiles } from './sandbox/sandbox.ts';
import { welcome } from './sandbox/welcome.ts';

const runSandbox = async (): Promise<void> => {
  spareMemory();
  const stopped = termination();
  const config = await sandboxConfig(process.env);
  await using opening = new AsyncDisposableStack();
  opening.use(startTracing({ service: 'gateway', version, endpoint: config.otlpEndpoint }));
  const log = createLog({ service: 'gateway', level: config.logLevel });
  const gateway = opening.use(await composeSandbox(config, log));
  const sandbox = await writeSandboxFiles(gateway, config.dataDir);
  const loaded = config.sampleData === 'load' ? await loadSandboxSamples(gateway, config.dataDir, sandbox) : 0;
  console.log(welcome(sandbox, config.dataDir, loaded));
  log.info({ signal: await stopped }, 'draining');
};

try {
  if (modeOf(process.env) === 'hospital')
    await runService(
      'gateway',
      process.env,
      allParts(await importConfig(process.env), {}, await upstreamConfig(process.env)),
    );
  else await runSandbox();
} catch (error) {
  console.error(error instanceof Error ? error.message : safeError(error));
  process.exitCode = 1;
}
