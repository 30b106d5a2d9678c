import { UpstreamError, type UpstreamErrorCode } from './upstream-error.ts';

const codeOf = (status: number): UpstreamErrorCode => {
  if (status === 429) return 'throttled';
  if (status === 401 || status === 403) return 'denied';
  if (status === 404 || status === 410) return 'gone';
  if (status === 408 || status >= 500) return 'away';
  return status >= 400 ? 'refused' : 'protocol';
};

/** RFC 9110 §10.2.3: seconds, or a date by the upstream's clock. */
export const retryAfterMs = (value: string | null | undefined, nowMs: number): number | undefined => {
  if (value === null || value === undefined) return undefined;
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowMs);
};

/** An answer with such a status as an error. */
export const statusError = (status: number, retryAfter: string | null | undefined, nowMs: number): UpstreamError => {
  const wait = retryAfterMs(retryAfter, nowMs);
  return new UpstreamError(
    codeOf(status),
    `the upstream answered with status ${status}`,
    wait === undefined ? {} : { retryAfterMs: wait },
  );
};

const responseOf = (error: Error): { readonly status: number; readonly headers: Headers | undefined } | undefined => {
  if (!('response' in error) || typeof error.response !== 'object' || error.response === null) return undefined;
  const { status } = error.response as { readonly status?: unknown };
  if (typeof status !== 'number') return undefined;
  const { headers } = 'config' in error ? (error.config as { readonly headers?: unknown }) : {};
  return { status, headers: headers instanceof Headers ? headers : undefined };
};

/** What fhir-kit-client or fetch threw. Theirs goes along as a cause, of which logs show name, code and frames alone. */
export const asUpstreamError = (error: unknown, nowMs: number): UpstreamError => {
  if (error instanceof UpstreamError) return error;
  if (!(error instanceof Error)) return new UpstreamError('protocol', 'the upstream could not be asked');
  const response = responseOf(error);
  if (response !== undefined) {
    if (response.status < 300) return new UpstreamError('protocol', 'the upstream answered with what is not JSON');
    return statusError(response.status, response.headers?.get('retry-after'), nowMs);
  }
  // fetch tells a redirect, which is not followed, no otherwise than a connection that broke.
  return new UpstreamError('away', 'the upstream cannot be reached, or leads elsewhere', { cause: error });
};
