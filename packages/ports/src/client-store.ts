/** A system of this hospital's that may call the gateway. Other organisations' clients are in the directory on the ledger. */
export type OwnClient = {
  readonly clientId: string;
  readonly name: string;
  /** JWK Set with public keys only. */
  readonly jwks: { readonly keys: readonly Readonly<Record<string, unknown>>[] };
  /** The SMART v2 scopes that it may ask for, separated by spaces. */
  readonly scope: string;
  readonly purposeOfUse: string;
};

/**
 * Laws:
 * 1. `add` is durable before it resolves; a clientId that is there is refused with kind `conflict`.
 * 2. `useJti` resolves `first` once for each (issuer, jti) until it expires, over all processes and restarts; then `again`.
 */
export interface ClientStore {
  add(client: OwnClient): Promise<void>;
  find(clientId: string): Promise<OwnClient | undefined>;
  list(): Promise<readonly OwnClient[]>;
  useJti(issuer: string, jti: string, expiresAtMs: number): Promise<'first' | 'again'>;
}
