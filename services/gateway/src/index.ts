export { addClient } from './add-client.ts';
export { compose, type Gateway, type GatewayConfig, type Overrides } from './compose.ts';
export { fsck } from './fsck/fsck.ts';
export type { Finding, FsckSummary } from './fsck/finding.ts';
export { writeSandboxFiles } from './sandbox/sandbox.ts';
