import { runService } from '@chartseal/engines';
import { safeError } from '@chartseal/server';
import { composeUpstream } from './compose.ts';
import { requiredUpstreamConfig } from './config.ts';

try {
  const config = await requiredUpstreamConfig(process.env);
  await runService('upstream', process.env, async (place, opening) => composeUpstream(place, opening, config));
} catch (error) {
  console.error(error instanceof Error ? error.message : safeError(error));
  process.exitCode = 1;
}
