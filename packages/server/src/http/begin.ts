import { ChartsealError } from '@chartseal/ports';
import type { RequestHandler, Response } from 'express';
import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import { contextOf, setContext } from './request-context.ts';

/** Answers hold health data: nobody on the way may keep, sniff, frame or refer to them. */
const SECURITY_HEADERS = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
} as const;

const logLine = (log: Logger, method: string, res: Response, clock: Clock): void => {
  const { requestId, startedMs, route, principal, errorKind } = contextOf(res);
  const line = {
    requestId,
    method,
    route: route ?? '(none)',
    status: res.statusCode,
    durationMs: Math.round((clock.monotonicMs() - startedMs) * 10) / 10,
    ...(res.writableFinished ? {} : { cut: true }),
    ...(principal === undefined ? {} : { client: principal.clientId, organization: principal.organization }),
    ...(errorKind === undefined ? {} : { errorKind }),
  };
  log[route?.startsWith('/health/') === true ? 'debug' : 'info'](line, 'request');
};

/** First in every chain: correlation id, security headers, and one log line when the answer is out. */
export const begin =
  (options: { log: Logger; clock: Clock; newId: () => string }): RequestHandler =>
  (req, res, next) => {
    const { log, clock, newId } = options;
    const requestId = newId();
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
    res.once('close', () => logLine(log, req.method, res, clock));
    next();
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
