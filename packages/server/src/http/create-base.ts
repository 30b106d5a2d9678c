import { randomUUID } from 'node:crypto';
import express, { type Express } from 'express';
import type { Logger } from 'pino';
import { type Clock, systemClock } from '../clock.ts';
import { errorMiddleware, unmatched } from '../errors/error-middleware.ts';
import { begin, decodableUrl } from './begin.ts';
import { type ReadyCheck, health } from './health.ts';

export type BaseOptions = {
  readonly log: Logger;
  readonly ready: readonly ReadyCheck[];
  /** Adds the service's routers, between what every request passes first and what catches the rest. */
  readonly mount: (app: Express) => void;
  readonly clock?: Clock;
  readonly newId?: () => string;
};

/** The Express app that every service is: correlation, logging, health, then its own routes, then 404, 405 and FHIR errors. */
export const createBase = ({ log, ready, mount, clock = systemClock, newId = randomUUID }: BaseOptions): Express => {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', false);
  app.set('case sensitive routing', true);
  app.use(begin({ log, clock, newId }));
  app.use(decodableUrl);
  health(app, ready, log);
  mount(app);
  app.use(unmatched);
  app.use(errorMiddleware(log));
  return app;
};
