import { mkdir } from 'node:fs/promises';
import {
  composeEngines,
  servePlace,
  version,
  type EngineConfig,
  type Engines,
  type PlaceOptions,
} from '@chartseal/engines';
import { createMetrics, issuerOf, systemClock, type Clock, type Logger } from '@chartseal/server';
import type { AnchorIntervals } from '@chartseal/service-anchor';
import type { ImportConfig } from '@chartseal/service-ingest';
import type { UpstreamConfig } from '@chartseal/service-upstream';
import { chooseAddress } from './address.ts';
import { allParts } from './all-parts.ts';
import { composeSandboxLedger, type SandboxLedger } from './compose-sandbox-ledger.ts';
import { layout } from './layout.ts';
import { logOrigin, ownOrganization } from './sandbox/members.ts';
import { prepareNetwork, type SandboxNetwork } from './sandbox/network.ts';

export type SandboxPlace = {
  readonly listen: { readonly host: string; readonly port: number };
  readonly dataDir: string;
  readonly engines: EngineConfig;
  readonly certificateFiles: Readonly<Record<string, string>>;
  readonly anchorIntervalMs: number;
  readonly maxStalenessMs: number;
  readonly answerStepMs: number;
  readonly breakGlassMs: number;
  readonly rateLimits: PlaceOptions['rateLimits'];
  readonly trustedProxy: string | undefined;
  readonly clientCertificates: PlaceOptions['clientCertificates'];
  readonly imports: ImportConfig;
  /** Whose records it takes over, if any. */
  readonly upstream?: UpstreamConfig | undefined;
};

/** What tests put in place of the real thing. */
export type Overrides = { readonly clock?: Clock; readonly intervals?: Partial<AnchorIntervals> };

export type Sandbox = AsyncDisposable & {
  readonly baseUrl: string;
  readonly engines: Engines;
  readonly ledger: SandboxLedger;
  readonly network: SandboxNetwork;
};

/** One gateway on the embedded ledger with all three hospitals; its other engines are those that the configuration names. */
export const composeSandbox = async (
  config: SandboxPlace,
  log: Logger,
  overrides: Overrides = {},
): Promise<Sandbox> => {
  const clock = overrides.clock ?? systemClock;
  const metrics = createMetrics({ service: 'gateway', version, clock });
  const paths = layout(config.dataDir);
  await using opening = new AsyncDisposableStack();
  await mkdir(paths.root, { recursive: true });
  const address = await chooseAddress(config.listen);
  const { baseUrl } = address;
  const { fhirBaseUrl } = issuerOf(baseUrl);
  const engines = opening.use(
    await composeEngines(config.engines, { clientId: 'chartseal-sandbox', fhirBaseUrl, log, clock, metrics }),
  );
  const ledger = opening.use(await composeSandboxLedger(paths.ledger, engines.vault, clock));
  const network = await prepareNetwork(engines, ledger, baseUrl);
  const options = {
    ...config,
    organization: ownOrganization,
    baseUrl,
    logOrigin,
    // The ledger's folder has one gateway at a time: one that was killed and started anew need not wait for its own lease to end.
    holder: 'sandbox',
    listen: address,
    clock,
    log,
    metrics,
  };
  opening.use(
    await servePlace(
      engines,
      ledger.connections[ownOrganization],
      options,
      allParts(config.imports, overrides.intervals, config.upstream),
    ),
  );
  const stack = opening.move();
  return { baseUrl, engines, ledger, network, [Symbol.asyncDispose]: () => stack.disposeAsync() };
};
