import type { Express } from 'express';
import type { Readiness } from './readiness.ts';
import { route } from './route.ts';
import { sendText } from './send-fhir.ts';

/** `/health/live` touches nothing; `/health/ready` asks every port and names those that are not ready, with 503. */
export const health = (app: Express, ready: () => Promise<readonly Readiness[]>): void => {
  route(app, '/health/live', { get: (_req, res) => sendText(res, 200, '{"status":"live"}', 'application/json') });
  route(app, '/health/ready', {
    get: async (_req, res) => {
      const answers = await ready();
      const isReady = answers.every(({ state }) => state === 'ready');
      const checks = Object.fromEntries(answers.map(({ name, state }) => [name, state]));
      const body = JSON.stringify({ status: isReady ? 'ready' : 'not-ready', checks });
      sendText(res, isReady ? 200 : 503, body, 'application/json');
    },
  });
};
