export { composeEngines, type EngineOptions, type Engines } from './compose-engines.ts';
export { composeLedger, type OpenLedger } from './compose-ledger.ts';
export { composeService } from './compose-service.ts';
export { certificateFilesOf, readEngineConfig, type EngineConfig, type FabricConfig } from './engine-config.ts';
export { openPlace, type Part, type Place, type PlaceOptions } from './place.ts';
export { servePlace, version } from './serve-place.ts';
export { runService } from './run-service.ts';
export { SERVICE_ENV, serviceConfig, type ServiceConfig } from './service-config.ts';
export { ENGINE_ENV, FABRIC_ENV } from './variables.ts';
