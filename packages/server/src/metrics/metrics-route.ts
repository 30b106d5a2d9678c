import type { Express } from 'express';
import { route } from '../http/route.ts';
import { sendText } from '../http/send-fhir.ts';
import type { Metrics } from './metrics.ts';

/** `/metrics` of a service's own listener. It is for those who run this alone: the reverse proxy does not pass it on. */
export const metricsRoute = (app: Express, metrics: Metrics): void => {
  const contentType = metrics.contentType.replace(/;\s*charset=utf-8$/, '');
  route(app, '/metrics', { get: async (_req, res) => sendText(res, 200, await metrics.text(), contentType) });
};
