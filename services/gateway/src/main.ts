import { createLog, safeError, sandboxConfig, termination } from '@chartseal/server';
import { compose } from './compose.ts';
import { loadSandboxSamples, writeSandboxFiles } from './sandbox/sandbox.ts';
import { welcome } from './sandbox/welcome.ts';

try {
  const stopped = termination();
  const config = sandboxConfig(process.env);
  const log = createLog({ service: 'gateway', level: config.logLevel });
  await using gateway = await compose(config, log);
  const sandbox = await writeSandboxFiles(gateway, config.dataDir);
  const loaded = config.sampleData === 'load' ? await loadSandboxSamples(gateway, config.dataDir, sandbox) : 0;
  console.log(welcome(sandbox, config.dataDir, loaded));
  log.info({ signal: await stopped }, 'draining');
} catch (error) {
  console.error(error instanceof Error ? error.message : safeError(error));
  process.exitCode = 1;
}
