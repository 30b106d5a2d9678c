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

const ledgerKinds: Readonly<Record<string, ErrorKind>> = {
  sequence: 'conflict',
  'consent-used': 'conflict',
  closed: 'conflict',
  signature: 'unauthenticated',
  key: 'unauthenticated',
};

/** What the contract said no to, as the patient's device is told: 401 key or signature, 409 order, 422 content. */
export const ledgerRefusal = (error: ChartsealError): ChartsealError =>
  new ChartsealError(ledgerKinds[error.detail.code ?? ''] ?? 'invalid', error.message, error.detail, { cause: error });
