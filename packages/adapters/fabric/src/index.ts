export { openFabric, type FabricLedger, type FabricOptions } from './open-fabric.ts';
export type { FabricSettings } from './settings.ts';
