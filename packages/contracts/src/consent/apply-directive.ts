import type { AppointProxyDirective, Directive, PutDirective } from '@chartseal/consent';
import { refuse } from '../refusal.ts';
import type { ConsentState, PatientState } from './patient-state.ts';

/**
 * What a verified directive makes of a patient's state (DESIGN §6 Consent 3). Refuses: sequence, consent-used, not-found, closed.
 * The same state again means that the directive changes nothing: a consent that is revoked stays as it was revoked first.
 */
export const applyDirective = (state: PatientState, directive: Directive, transactionId: string): PatientState =>
  state.status === 'closed' ? refuse('closed') : applyToOpen(state, directive, transactionId);

function applyToOpen(state: PatientState, directive: Directive, transactionId: string): PatientState {
  if (directive.operation === 'put') return put(state, directive, transactionId);
  if (directive.operation === 'revoke') return revoke(state, directive.consentId, transactionId);
  if (directive.operation === 'freeze') return frozen(state, 'patient');
  if (directive.operation === 'dismiss-proxy') return dismissed(state, directive.proxyId);
  if (directive.operation === 'appoint-proxy') return appointed(state, directive);
  const next = sequenced(state, directive.sequence);
  if (directive.operation === 'rotate-key') return { ...next, publicKey: directive.publicKey };
  directive.operation satisfies 'unfreeze';
  return thawed(next, 'patient');
}

function put(state: PatientState, directive: PutDirective, transactionId: string): PatientState {
  const { consentId, sequence, consentCommitment } = directive;
  const next = sequenced(state, sequence);
  if (Object.hasOwn(state.directives, consentId)) refuse('consent-used');
  return withConsent(next, consentId, { sequence, commitment: consentCommitment, state: 'active', transactionId });
}

function revoke(state: PatientState, consentId: string, transactionId: string): PatientState {
  const consent = Object.hasOwn(state.directives, consentId) ? state.directives[consentId] : undefined;
  if (consent === undefined) return refuse('not-found', { at: 'consentId' });
  if (consent.state === 'revoked') return state;
  return withConsent(state, consentId, { ...consent, state: 'revoked', transactionId });
}

function appointed(state: PatientState, directive: AppointProxyDirective): PatientState {
  const { proxyId, publicKey, scope, end, sequence } = directive;
  const next = sequenced(state, sequence);
  const { proxies = {} } = state;
  if (Object.hasOwn(proxies, proxyId)) refuse('consent-used', { at: 'proxyId' });
  return { ...next, proxies: { ...proxies, [proxyId]: { publicKey, scope, end, sequence, state: 'appointed' } } };
}

function dismissed(state: PatientState, proxyId: string): PatientState {
  const { proxies = {} } = state;
  const proxy = Object.hasOwn(proxies, proxyId) ? proxies[proxyId] : undefined;
  if (proxy === undefined) return refuse('not-found', { at: 'proxyId' });
  return { ...state, proxies: { ...proxies, [proxyId]: { ...proxy, state: 'dismissed' } } };
}

export const frozen = (state: PatientState, by: 'custodian' | 'patient'): PatientState =>
  state.frozenBy.includes(by) ? state : { ...state, frozenBy: [...state.frozenBy, by].sort() };

export const thawed = (state: PatientState, by: 'custodian' | 'patient'): PatientState =>
  state.frozenBy.includes(by) ? { ...state, frozenBy: state.frozenBy.filter((each) => each !== by) } : state;

/** The first directive committed at a sequence stands; the next one is last + 1. */
function sequenced(state: PatientState, sequence: number): PatientState {
  return sequence === state.sequence + 1
    ? { ...state, sequence }
    : refuse('sequence', { lastSequence: state.sequence });
}

const withConsent = (state: PatientState, consentId: string, consent: ConsentState): PatientState => ({
  ...state,
  directives: { ...state.directives, [consentId]: consent },
});
