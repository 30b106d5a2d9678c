export { createConsentRouter, createPatientOperationsRouter } from './app.ts';
export { consentChangedTopic } from './consent-event.ts';
export type { ConsentDependencies } from './dependencies.ts';
export { settlePending } from './directives/settle.ts';
