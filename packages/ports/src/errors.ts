import type { IssueType } from '@chartseal/fhir';

/**
 * Every way in which a request or an engine can fail. One closed set: `packages/server` maps each kind, in one table,
 * to an HTTP status, an OperationOutcome code, whether a retry helps, and a log level.
 */
export type ErrorKind =
  | 'malformed' // the bytes or the parameters cannot be read
  | 'invalid' // readable, but not valid FHIR or against a business rule
  | 'unauthenticated'
  | 'rate-limited' // more requests than one client may make
  | 'forbidden' // known from the token alone: scope, type, purpose, a write by another organisation
  | 'not-found'
  | 'deleted'
  | 'not-allowed' // the method is not offered here
  | 'not-acceptable'
  | 'unsupported-media-type'
  | 'too-large'
  | 'conflict'
  | 'precondition-failed'
  | 'not-anchored' // accepted, but not yet on the ledger
  | 'ledger-refused' // a contract said no; `detail.code` says why
  | 'ledger-stale' // the view of the ledger is older than the bound
  | 'ledger-unavailable'
  | 'outcome-unknown' // sent, but not known to have committed: to be resolved, never blindly retried
  | 'store-unavailable'
  | 'fenced' // another writer holds the log
  | 'behind-ledger' // the ledger holds more of the logs than this store, or another history, or another gateway writes them
  | 'corrupt' // stored bytes contradict their proof
  | 'misconfigured'
  | 'internal';

/** One thing that is wrong, and where. `expression` is a FHIRPath; `diagnostics` never repeats content. */
export type ErrorIssue = { readonly code: IssueType; readonly expression?: string; readonly diagnostics: string };

export type ErrorDetail = {
  readonly issues?: readonly ErrorIssue[];
  readonly code?: string;
  readonly lastSequence?: number;
  readonly retryAfterSeconds?: number;
};

/** The one error class that crosses a port. `message` is for people and holds no PHI. */
export class ChartsealError extends Error {
  override readonly name = 'ChartsealError';
  readonly kind: ErrorKind;
  readonly detail: ErrorDetail;

  constructor(kind: ErrorKind, message: string, detail: ErrorDetail = {}, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
    this.detail = detail;
  }
}

export const isKind = (error: unknown, kind: ErrorKind): error is ChartsealError =>
  error instanceof ChartsealError && error.kind === kind;
