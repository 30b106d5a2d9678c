/** What a key is for. Each has its own key, made on first use and kept over restarts. */
export type SigningKeyName =
  | 'record-log'
  | 'access-log'
  | 'witness'
  | 'decisions'
  | 'ledger-identity'
  | `ledger-identity:${string}`
  | 'ledger-blocks'
  | `client:${string}`;
export type SecretName = 'page-tokens' | 'cache';

export interface Signer {
  readonly algorithm: 'Ed25519' | 'ES256';
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array;
  /** Ed25519: 64 bytes. ES256: r ‖ s, 64 bytes, over the data's SHA-256. */
  sign(data: Uint8Array): Promise<Uint8Array>;
}

/** A private key as a JWK, for libraries that cannot be given a signer. */
export type PrivateJwk = Readonly<Record<string, unknown>> & { readonly kid: string; readonly alg: string };

/**
 * The keys of this gateway.
 *
 * Laws:
 * 1. A key that was returned once is durable, and the same after a restart.
 * 2. Two callers that ask for a new name at the same time get the same key.
 * 3. Stored keys are readable by their owner alone; a key file that others can read is refused with `misconfigured`.
 * 4. A damaged keyring is refused with kind `corrupt`; it is never replaced by a new one.
 */
export interface KeyVault {
  signer(name: SigningKeyName, algorithm: Signer['algorithm']): Promise<Signer>;
  /** 32 random bytes. */
  secret(name: SecretName): Promise<Uint8Array>;
  privateJwk(name: `token-signing` | `client:${string}`, algorithm: 'ES256' | 'ES384'): Promise<PrivateJwk>;
}
