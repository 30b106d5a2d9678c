import { randomUUID } from 'node:crypto';
import express, { type Express } from 'express';
import type { Logger } from 'pino';
import { proxyCertificatesOnly } from '../auth/client-certificate.ts';
import { type Clock, systemClock } from '../clock.ts';
import { errorMiddleware, unmatched } from '../errors/error-middleware.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { metricsRoute } from '../metrics/metrics-route.ts';
import { begin, decodableUrl, type BeginOptions } from './begin.ts';
import { health } from './health.ts';
import { type ReadyCheck, readiness, readinessSource } from './readiness.ts';

export type BaseOptions = {
  readonly log: Logger;
  /** Served at `/metrics`; asked for the readiness too. */
  readonly metrics: Metrics;
  readonly ready: readonly ReadyCheck[];
  /** Adds the service's routers, between what every request passes first and what catches the rest. */
  readonly mount: (app: Express) => void;
  readonly clock?: Clock;
  readonly newId?: () => string;
  readonly onUnauthenticated?: BeginOptions['onUnauthenticated'];
  /** What stands before this service and says where requests come from: Express's `trust proxy`. Undefined: nothing. */
  readonly trustedProxy?: string | undefined;
};

/** The Express app that every service is: correlation, logging, health, metrics, then its own routes, then 404, 405 and FHIR errors. */
export const createBase = (options: BaseOptions): Express => {
  const { log, metrics, ready, mount, clock = systemClock, newId = randomUUID, onUnauthenticated } = options;
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', false);
  app.set('case sensitive routing', true);
  if (options.trustedProxy !== undefined) app.set('trust proxy', options.trustedProxy);
  const told = onUnauthenticated === undefined ? {} : { onUnauthenticated };
  app.use(begin({ log, metrics, clock, newId, ...told }));
  app.use(decodableUrl);
  app.use(proxyCertificatesOnly);
  const asked = readiness(ready, log, clock);
  metrics.watch(readinessSource(asked));
  health(app, asked);
  metricsRoute(app, metrics);
  mount(app);
  app.use(unmatched);
  app.use(errorMiddleware(log));
  return app;
};
