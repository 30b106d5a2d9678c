import { ChartsealError } from '@chartseal/ports';
import type { ErrorRequestHandler, RequestHandler } from 'express';
import type { Logger } from 'pino';
import { contextOf } from '../http/request-context.ts';
import { sendFhir } from '../http/send-fhir.ts';
import { asChartsealError } from './as-chartseal-error.ts';
import { errorRow } from './error-table.ts';
import { safeError } from './safe-error.ts';
import { toOutcome } from './to-outcome.ts';

/** https://www.rfc-editor.org/rfc/rfc6750#section-3: without `error` where no token came, with it where one was refused. */
const challenge = (error: ChartsealError): string =>
  error.detail.code === 'invalid_token'
    ? 'Bearer realm="chartseal", error="invalid_token"'
    : 'Bearer realm="chartseal"';

/** The end of every chain: each error leaves as an OperationOutcome. An answer that has begun is cut off, never completed. */
export const errorMiddleware =
  (log: Logger): ErrorRequestHandler =>
  (thrown: unknown, _req, res, _next) => {
    const context = contextOf(res);
    const error = asChartsealError(thrown);
    context.errorKind = error.kind;
    const row = errorRow(error.kind);
    if (row.level !== 'info')
      log[row.level]({ requestId: context.requestId, error: safeError(error) }, 'request failed');
    if (res.headersSent) {
      res.destroy();
      return;
    }
    const answer = toOutcome(error);
    for (const [name, value] of Object.entries(answer.headers)) res.setHeader(name, value);
    if (error.kind === 'unauthenticated') res.setHeader('WWW-Authenticate', challenge(error));
    sendFhir(res, answer.status, answer.text);
  };

/**
 * After all routes: 405 with Allow where a path is known with other methods (see `route`), else 404. Of the same method: a route that looked
 * like it passed the request on.
 */
export const unmatched: RequestHandler = (req, res, next) => {
  const { allow } = contextOf(res);
  if (allow.size === 0 || allow.has(req.method)) {
    next(new ChartsealError('not-found', 'there is nothing at this address'));
    return;
  }
  res.setHeader('Allow', [...allow].sort().join(', '));
  next(new ChartsealError('not-allowed', 'this method is not offered here'));
};
