import type { IssueType } from '@chartseal/fhir';
import type { ErrorKind } from '@chartseal/ports';

/** What an error means to a client and to who runs this. `code`: https://hl7.org/fhir/R4/valueset-issue-type.html */
export type ErrorRow = {
  readonly status: number;
  readonly code: IssueType;
  /** `after`: the same request may succeed later, and the answer carries Retry-After. `yes`: at once, after a new look. */
  readonly retry: 'no' | 'yes' | 'after';
  readonly level: 'info' | 'warn' | 'error' | 'fatal';
  /** Said instead of the error's own message, where that may tell of our inside. */
  readonly says?: string;
};

/** The one mapping of ErrorKind to HTTP and FHIR (https://hl7.org/fhir/R4/http.html). */
export const ERROR_TABLE = {
  malformed: { status: 400, code: 'structure', retry: 'no', level: 'info' },
  invalid: { status: 422, code: 'invalid', retry: 'no', level: 'info' },
  unauthenticated: { status: 401, code: 'login', retry: 'no', level: 'info' },
  'rate-limited': { status: 429, code: 'throttled', retry: 'after', level: 'info' },
  forbidden: { status: 403, code: 'forbidden', retry: 'no', level: 'info' },
  'not-found': { status: 404, code: 'not-found', retry: 'no', level: 'info' },
  deleted: { status: 410, code: 'deleted', retry: 'no', level: 'info' },
  'not-allowed': { status: 405, code: 'not-supported', retry: 'no', level: 'info' },
  'not-acceptable': { status: 406, code: 'not-supported', retry: 'no', level: 'info' },
  'unsupported-media-type': { status: 415, code: 'not-supported', retry: 'no', level: 'info' },
  'too-large': { status: 413, code: 'too-long', retry: 'no', level: 'info' },
  conflict: { status: 409, code: 'conflict', retry: 'yes', level: 'info' },
  'precondition-failed': { status: 412, code: 'conflict', retry: 'yes', level: 'info' },
  'not-anchored': { status: 503, code: 'transient', retry: 'after', level: 'info' },
  'ledger-refused': { status: 422, code: 'business-rule', retry: 'no', level: 'warn' },
  'ledger-stale': { status: 503, code: 'transient', retry: 'after', level: 'warn' },
  'ledger-unavailable': {
    status: 503,
    code: 'transient',
    retry: 'after',
    level: 'error',
    says: 'the ledger cannot be reached',
  },
  // A client may repeat the request: what it asks for has a business key, so that it finds the outcome or makes it.
  'outcome-unknown': {
    status: 503,
    code: 'timeout',
    retry: 'after',
    level: 'error',
    says: 'the ledger has not confirmed in time',
  },
  'store-unavailable': {
    status: 503,
    code: 'transient',
    retry: 'after',
    level: 'error',
    says: 'the store cannot be reached',
  },
  fenced: { status: 503, code: 'lock-error', retry: 'after', level: 'error', says: 'another process has taken over' },
  // Its message names the gap: whoever is refused is to know that it does not pass by itself.
  'behind-ledger': { status: 503, code: 'exception', retry: 'after', level: 'error' },
  corrupt: { status: 500, code: 'exception', retry: 'no', level: 'fatal', says: 'internal error' },
  misconfigured: { status: 500, code: 'exception', retry: 'no', level: 'fatal', says: 'internal error' },
  internal: { status: 500, code: 'exception', retry: 'no', level: 'error', says: 'internal error' },
} as const satisfies Record<ErrorKind, ErrorRow>;

export const errorRow = (kind: ErrorKind): ErrorRow => ERROR_TABLE[kind];
