export { composeUpstream } from './compose.ts';
export { UPSTREAM_ENV, upstreamConfig, type UpstreamConfig } from './config.ts';
