import { readB2b } from './b2b.ts';
import type { KnownClient } from './client-registry.ts';
import { covers, formatScope, parseScopes } from './scope.ts';

export type PurposeDecision =
  | {
      readonly effect: 'granted';
      readonly purpose: string;
      readonly subject: Readonly<Record<string, string>>;
      readonly reason?: string;
    }
  | { readonly effect: 'refused'; readonly because: string };

/** For which purpose the token is: never a default for another organisation, the registered one for an own client. */
export const decidePurpose = (client: KnownClient, claims: Readonly<Record<string, unknown>>): PurposeDecision => {
  const reading = readB2b(claims);
  if (reading.state === 'refused') return { effect: 'refused', because: reading.because };
  if (reading.state === 'absent') {
    const [purpose] = client.purposes;
    if (client.kind === 'own' && purpose !== undefined) return { effect: 'granted', purpose, subject: {} };
    return { effect: 'refused', because: 'extensions.hl7-b2b with exactly one purpose_of_use is required' };
  }
  const { organization, purpose, subject, reason } = reading.claim;
  if (organization !== client.organization) {
    return { effect: 'refused', because: 'hl7-b2b: organization_id is not the directory id of this client' };
  }
  if (!client.purposes.includes(purpose)) {
    return { effect: 'refused', because: 'hl7-b2b: purpose_of_use is not one that this organization may claim' };
  }
  if (purpose !== 'BTG') return { effect: 'granted', purpose, subject };
  // Consent-semantics B13.
  if (reason === undefined) return { effect: 'refused', because: 'hl7-b2b: BTG needs a reason' };
  return { effect: 'granted', purpose, subject, reason };
};

/** The scopes granted, in normal form; undefined if none was asked for, or one that is unknown or more than allowed. */
export const decideScope = (client: KnownClient, asked: string | undefined): string | undefined => {
  const scopes = parseScopes(asked ?? '');
  const allowed = parseScopes(client.scope);
  if (scopes === undefined || allowed === undefined || !scopes.every((scope) => covers(allowed, scope)))
    return undefined;
  return scopes.map(formatScope).join(' ');
};
