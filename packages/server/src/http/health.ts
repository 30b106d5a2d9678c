import type { Express } from 'express';
import type { Logger } from 'pino';
import { safeError } from '../errors/safe-error.ts';
import { route } from './route.ts';
import { sendText } from './send-fhir.ts';

/** Asks one port whether it can work. Rejects if not. */
export type ReadyCheck = { readonly name: string; check: () => Promise<unknown> };

const DEADLINE_MS = 2000;

const ask = async (
  { name, check }: ReadyCheck,
  log: Logger,
): Promise<{ name: string; state: 'ready' | 'not-ready' }> => {
  const deadline = Promise.withResolvers<never>();
  const timer = setTimeout(() => deadline.reject(new Error('no answer in time')), DEADLINE_MS);
  try {
    await Promise.race([check(), deadline.promise]);
    return { name, state: 'ready' };
  } catch (error) {
    log.warn({ check: name, error: safeError(error) }, 'not ready');
    return { name, state: 'not-ready' };
  } finally {
    clearTimeout(timer);
  }
};

/** `/health/live` touches nothing; `/health/ready` asks every port and names those that are not ready, with 503. */
export const health = (app: Express, checks: readonly ReadyCheck[], log: Logger): void => {
  route(app, '/health/live', { get: (_req, res) => sendText(res, 200, '{"status":"live"}', 'application/json') });
  route(app, '/health/ready', {
    get: async (_req, res) => {
      const answers = await Promise.all(checks.map((check) => ask(check, log)));
      const ready = answers.every(({ state }) => state === 'ready');
      const checked = Object.fromEntries(answers.map(({ name, state }) => [name, state]));
      const body = JSON.stringify({ status: ready ? 'ready' : 'not-ready', checks: checked });
      sendText(res, ready ? 200 : 503, body, 'application/json');
    },
  });
};
