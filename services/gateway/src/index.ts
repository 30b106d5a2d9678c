export { addClient } from './add-client.ts';
export { compose, type Gateway, type GatewayConfig, type Overrides } from './compose.ts';
export { writeSandboxFiles } from './sandbox/sandbox.ts';
