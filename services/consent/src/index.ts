export { composeConsent } from './compose.ts';
export { consentChangedTopic } from './consent-event.ts';
