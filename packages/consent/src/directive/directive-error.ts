/**
 * Why something signed is refused:
 * - `header`: not a compact JWS with exactly `alg`, `kid`, `typ` as its kind asks
 * - `key`: not a P-256 public key, or not the key that has to sign
 * - `signature`: the signature does not verify
 * - `payload`: not exactly the members of its kind, or one has a wrong form
 * - `network`, `patient`, `custodian`, `code`, `sequence`: signed for another one than expected
 * - `commitment`: it is not a commitment to these terms
 */
export type DirectiveErrorCode =
  | 'header'
  | 'key'
  | 'signature'
  | 'payload'
  | 'network'
  | 'patient'
  | 'custodian'
  | 'code'
  | 'sequence'
  | 'commitment';

/** Names what is wrong and where, never a value: safe to log and to answer with. */
export class DirectiveError extends Error {
  override readonly name = 'DirectiveError';
  readonly code: DirectiveErrorCode;

  constructor(code: DirectiveErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
