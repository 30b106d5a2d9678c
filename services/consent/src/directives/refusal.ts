import { DirectiveError, type DirectiveErrorCode } from '@chartseal/consent';
import { ChartsealError, type ErrorKind } from '@chartseal/ports';

/** DESIGN §6 Consent: 401 signature or key, 409 sequence, 422 content. */
const kinds = {
  signature: 'unauthenticated',
  key: 'unauthenticated',
  header: 'unauthenticated',
  sequence: 'conflict',
  network: 'invalid',
  patient: 'invalid',
  custodian: 'invalid',
  payload: 'invalid',
  commitment: 'invalid',
  code: 'unauthenticated',
} as const satisfies Record<DirectiveErrorCode, ErrorKind>;

/** A fault in what was signed, as the error that the patient's device gets. */
export const refusalOf = (error: unknown): unknown =>
  error instanceof DirectiveError
    ? new ChartsealError(kinds[error.code], error.message, { code: error.code }, { cause: error })
    : error;

/** What a contract said no to. `sequence` and `key` are the patient's to see as such; the rest is content. */
export const ledgerRefusal = (error: ChartsealError): ChartsealError => {
  const { code, lastSequence } = error.detail;
  const kind: ErrorKind =
    code === 'sequence' || code === 'conflict'
      ? 'conflict'
      : code === 'signature' || code === 'key'
        ? 'unauthenticated'
        : 'invalid';
  return new ChartsealError(
    kind,
    error.message,
    { ...(code === undefined ? {} : { code }), ...(lastSequence === undefined ? {} : { lastSequence }) },
    { cause: error },
  );
};
