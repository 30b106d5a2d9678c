import { runService } from '@chartseal/engines';
import { composeUpstream } from './compose.ts';
import { requiredUpstreamConfig } from './config.ts';

await runService('upstream', process.env, async (place, opening) =>
  composeUpstream(place, opening, await requiredUpstreamConfig(process.env)),
);
