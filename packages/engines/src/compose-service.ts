import { randomUUID } from 'node:crypto';
import { createMetrics, issuerOf, type Logger, systemClock } from '@chartseal/server';
import { composeEngines } from './compose-engines.ts';
import { composeLedger } from './compose-ledger.ts';
import type { Part } from './place.ts';
import { servePlace, type Serving } from './serve-place.ts';
import type { ServiceConfig } from './service-config.ts';
import { version } from './version.ts';

/** A part as a process of its own, on the engines that its configuration names. Closed in reverse order. */
export const composeService = async (
  service: string,
  config: ServiceConfig,
  part: Part,
  log: Logger,
): Promise<Serving> => {
  const clock = systemClock;
  const metrics = createMetrics({ service, version, clock });
  const { fhirBaseUrl } = issuerOf(config.baseUrl);
  await using opening = new AsyncDisposableStack();
  const engines = opening.use(
    await composeEngines(config.engines, { clientId: `chartseal-${service}`, fhirBaseUrl, log, clock, metrics }),
  );
  const ledger = opening.use(await composeLedger(config, engines, { log, metrics }));
  const { url } = opening.use(
    await servePlace(engines, ledger, { ...config, holder: randomUUID(), clock, log, metrics }, part),
  );
  const stack = opening.move();
  return { url, [Symbol.asyncDispose]: () => stack.disposeAsync() };
};
