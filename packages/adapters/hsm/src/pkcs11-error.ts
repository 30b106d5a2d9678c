import { ChartsealError } from '@chartseal/ports';

/** `CKR_…`, or empty where the error is not the HSM’s. */
export const codeOf = (error: unknown): string =>
  error instanceof Error && error.message.startsWith('CKR_') ? error.message : '';

/** The session, the login or the connection to the HSM is gone: with a new one the same may work. */
export const isLost = (error: unknown): boolean => lost.has(codeOf(error));

const lost: ReadonlySet<string> = new Set([
  'CKR_SESSION_HANDLE_INVALID',
  'CKR_SESSION_CLOSED',
  'CKR_USER_NOT_LOGGED_IN',
  'CKR_OBJECT_HANDLE_INVALID',
  'CKR_KEY_HANDLE_INVALID',
  'CKR_CRYPTOKI_NOT_INITIALIZED',
  'CKR_DEVICE_REMOVED',
  'CKR_DEVICE_ERROR',
  'CKR_TOKEN_NOT_PRESENT',
  'CKR_TOKEN_NOT_RECOGNIZED',
  'CKR_SLOT_ID_INVALID',
]);

const remedies: readonly (readonly [RegExp, string])[] = [
  [/^CKR_PIN_(?:INCORRECT|INVALID|LEN_RANGE)$/, 'PKCS11_PIN_FILE does not hold the user PIN of the token'],
  [/^CKR_PIN_LOCKED$/, 'the token of PKCS11_TOKEN_LABEL is locked after wrong PINs: its security officer unlocks it'],
  [/^CKR_PIN_EXPIRED$/, 'the PIN in PKCS11_PIN_FILE has expired: set a new one on the token'],
  [/^CKR_USER_PIN_NOT_INITIALIZED$/, 'the token of PKCS11_TOKEN_LABEL has no user PIN yet'],
  [/^CKR_TOKEN_WRITE_PROTECTED$/, 'the token of PKCS11_TOKEN_LABEL is write-protected, and a key is to be made on it'],
  [
    /^CKR_(?:MECHANISM|FUNCTION_NOT_SUPPORTED|DOMAIN_PARAMS|CURVE_NOT_SUPPORTED|TEMPLATE_INCONSISTENT)/,
    'the HSM of PKCS11_MODULE lacks what is needed: P-256 with ECDSA, Ed25519 with EdDSA, AES-256 with GCM',
  ],
];

/** Whether the HSM would count the attempt against the PIN. */
export const isPinRefused = (error: unknown): boolean => /^CKR_(?:USER_)?PIN_/.test(codeOf(error));

/** It names codes alone, never the PIN. */
export const asChartsealError = (error: unknown): ChartsealError => {
  if (error instanceof ChartsealError) return error;
  const code = codeOf(error);
  const remedy = remedies.find(([pattern]) => pattern.test(code))?.[1];
  return remedy === undefined
    ? new ChartsealError('store-unavailable', `the HSM did not do it (${code || 'no code'})`, {}, { cause: error })
    : new ChartsealError('misconfigured', `the HSM refuses (${code}): ${remedy}`, {}, { cause: error });
};
