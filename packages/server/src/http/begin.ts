import { ChartsealError } from '@chartseal/ports';
import type { Span } from '@opentelemetry/api';
import type { Request, RequestHandler, Response } from 'express';
import type { Logger } from 'pino';
import { claimedClient } from '../auth/claimed-client.ts';
import type { FailedAuthentication } from '../auth/failed-authentications.ts';
import type { Clock } from '../clock.ts';
import { errorRow } from '../errors/error-table.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { failSpan, startSpan, withSpan } from '../tracing/span.ts';
import { callerAddress } from './caller-address.ts';
import { contextOf, setContext } from './request-context.ts';
import { inRequestScope } from './request-scope.ts';

/** Answers hold health data: nobody on the way may keep, sniff, frame or refer to them. */
const SECURITY_HEADERS = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
} as const;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
/** Asked all the time by machines of our own. */
const OPERATIONS: ReadonlySet<string> = new Set(['/health/live', '/health/ready', '/metrics']);

export type BeginOptions = {
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly newId: () => string;
  /** Told of each request that could not authenticate. */
  readonly onUnauthenticated?: (failure: FailedAuthentication) => void;
};

/** What a request is called wherever it is told of: a word that is not a method of ours may be anything. */
const nameOf = (method: string): string => (METHODS.has(method) ? method : 'OTHER');

const tell = (method: string, res: Response, { log, metrics, clock }: BeginOptions, span: Span | undefined): void => {
  const { requestId, startedMs, route = '(none)', principal, errorKind } = contextOf(res);
  const durationMs = clock.monotonicMs() - startedMs;
  const status = res.statusCode;
  const labels = { method, route };
  metrics.count('chartseal_http_requests_total', { ...labels, status: String(status) });
  const statusClass = `${Math.floor(status / 100)}xx`;
  metrics.observe(
    'chartseal_http_request_duration_seconds',
    { ...labels, status_class: statusClass },
    durationMs / 1000,
  );
  span?.updateName(`${method} ${route}`);
  span?.setAttributes({ 'http.route': route, 'http.response.status_code': status });
  if (span !== undefined && errorKind !== undefined && errorRow(errorKind).status >= 500) {
    failSpan(span, new ChartsealError(errorKind, ''));
  }
  const line = {
    requestId,
    ...labels,
    status,
    durationMs: Math.round(durationMs * 10) / 10,
    ...(res.writableFinished ? {} : { cut: true }),
    ...(principal === undefined ? {} : { client: principal.clientId, organization: principal.organization }),
    ...(errorKind === undefined ? {} : { errorKind }),
  };
  log[OPERATIONS.has(route) ? 'debug' : 'info'](line, 'request');
  span?.end();
};

/** Taken over from a proxy of ours only if it is a UUID: anything else could hold what it likes. */
const requestIdOf = (req: Request, newId: () => string): string => {
  const given = req.headers['x-request-id'];
  return typeof given === 'string' && UUID.test(given) ? given.toLowerCase() : newId();
};

/**
 * First in every chain: correlation id, security headers, and one log line, count and span when the answer is out. A caller's `traceparent` is
 * not taken over: whoever calls would decide what we trace.
 */
export const begin =
  (options: BeginOptions): RequestHandler =>
  (req, res, next) => {
    const { clock, newId } = options;
    const requestId = requestIdOf(req, newId);
    const method = nameOf(req.method);
    setContext(res, {
      requestId,
      startedMs: clock.monotonicMs(),
      route: undefined,
      allow: new Set(),
      principal: undefined,
      errorKind: undefined,
    });
    res.setHeader('x-request-id', requestId);
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) res.setHeader(name, value);
    const attributes = { 'http.request.method': method, 'chartseal.request_id': requestId };
    const span = OPERATIONS.has(req.path) ? undefined : startSpan(method, { kind: 'server', attributes });
    inRequestScope({ requestId }, () => {
      const inSpan = (work: () => void): void => (span === undefined ? work() : withSpan(span, work));
      res.once('close', () => inSpan(() => tell(method, res, options, span)));
      res.once('finish', () => {
        if (res.statusCode !== 401) return;
        const { route = '(none)' } = contextOf(res);
        options.onUnauthenticated?.({ route, address: callerAddress(req), client: claimedClient(req) });
      });
      inSpan(next);
    });
  };

const isDecodable = (url: string): boolean => {
  try {
    return !decodeURIComponent(url).includes('\0');
  } catch {
    return false;
  }
};

/** A URL whose percent-encoding is broken, or that hides a NUL, which no store can hold, is 400 before any route sees it. */
export const decodableUrl: RequestHandler = (req, _res, next) => {
  if (!isDecodable(req.originalUrl)) {
    throw new ChartsealError('malformed', 'the URL is not valid percent-encoded text in UTF-8');
  }
  next();
};
