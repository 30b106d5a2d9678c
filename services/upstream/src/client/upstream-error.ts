/** Why the upstream gave nothing that can be used. */
export type UpstreamErrorCode =
  | 'away' // not reached, cut off, or 5xx: may come back by itself
  | 'throttled' // 429
  | 'denied' // 401, 403, or no token
  | 'gone' // 404, 410
  | 'refused' // another 4xx
  | 'protocol' // an answer that is not what FHIR says
  | 'foreign-link'; // a link that leads elsewhere: never followed

/** Its message holds nothing that the upstream said, which may be PHI. */
export class UpstreamError extends Error {
  override readonly name = 'UpstreamError';
  readonly code: UpstreamErrorCode;
  /** How long the upstream wants to be left alone. */
  readonly retryAfterMs: number | undefined;

  constructor(code: UpstreamErrorCode, message: string, options: ErrorOptions & { retryAfterMs?: number } = {}) {
    super(message, options);
    this.code = code;
    this.retryAfterMs = options.retryAfterMs;
  }
}

export const isUpstreamError = (error: unknown, ...codes: readonly UpstreamErrorCode[]): error is UpstreamError =>
  error instanceof UpstreamError && (codes.length === 0 || codes.includes(error.code));
