import type { Scope } from './scope.ts';

/** Who acts at the other organisation, as it says itself: for the audit alone, nothing is decided by it. Untrusted text. */
export type Subject = Readonly<Record<string, string>>;

/** Who calls, known from a token that we issued. */
export type Principal = {
  /** `own`: a system of this hospital. `other`: another organisation of the directory, which gets consent or nothing. */
  readonly kind: 'own' | 'other';
  readonly clientId: string;
  /** Directory id. */
  readonly organization: string;
  /** One code of v3 ActReason, authorised by the registration or the directory. */
  readonly purpose: string;
  readonly scopes: readonly Scope[];
  readonly subject?: Subject;
  /** Why it breaks the glass, in its own words; with BTG always. Untrusted text that may tell of an illness. */
  readonly reason?: string;
  /** Of the key that its assertion was signed with: one that is taken off the directory entry takes its tokens with it. `checkAssertion` gives another organisation none without it. */
  readonly keyPrint?: string;
  /** RFC 8705 §3.1: whoever shows the token has to have this certificate. */
  readonly certificateThumbprint?: string;
  /** The token's `jti`. */
  readonly tokenId: string;
};
