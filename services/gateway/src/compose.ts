import { randomBytes, randomUUID } from 'node:crypto';
import type { PatientState } from '@chartseal/contracts';
import { loadDefinitions } from '@chartseal/fhir';
import type { Committed } from '@chartseal/ports';
import {
  Freshness,
  issuerOf,
  LedgerView,
  listen,
  startLoop,
  systemClock,
  type Clock,
  type Logger,
} from '@chartseal/server';
import { startAnchor, type AnchorIntervals } from '@chartseal/service-anchor';
import { settlePending } from '@chartseal/service-consent';
import { chooseAddress } from './address.ts';
import { composeApp } from './compose-app.ts';
import { composeEngines, type Engines } from './compose-engines.ts';

import { ownOrganization } from './sandbox/members.ts';
import { prepareNetwork, type SandboxNetwork } from './sandbox/network.ts';

export type GatewayConfig = {
  readonly listen: { readonly host: string; readonly port: number };
  readonly dataDir: string;
  readonly anchorIntervalMs: number;
  readonly maxStalenessMs: number;
};

/** What tests put in place of the real thing. */
export type Overrides = { readonly clock?: Clock; readonly intervals?: Partial<AnchorIntervals> };

export type Gateway = AsyncDisposable & {
  readonly baseUrl: string;
  readonly engines: Engines;
  readonly network: SandboxNetwork;
};

const viewWaitMs = 500;
const random = (size: number): Uint8Array => new Uint8Array(randomBytes(size));

/** The four services in one process on embedded engines. Disposing of it drains requests first, then closes in reverse order. */
export const compose = async (config: GatewayConfig, log: Logger, overrides: Overrides = {}): Promise<Gateway> => {
  const clock = overrides.clock ?? systemClock;
  await using opening = new AsyncDisposableStack();
  const engines = opening.use(await composeEngines({ dataDirectory: config.dataDir, log, clock }));
  const { stores, vault, connections } = engines;
  const ledger = connections[ownOrganization];

  const address = await chooseAddress(config.listen);
  const { baseUrl } = address;
  const issuer = issuerOf(baseUrl);
  const network = await prepareNetwork(engines, baseUrl);

  const view = opening.use(
    new LedgerView<PatientState>({ ledger, log, parseConsent: (json) => JSON.parse(json) as PatientState }).start(),
  );
  const freshness = new Freshness({ view, ledger, clock, log, maxStalenessMs: config.maxStalenessMs });
  const onOwnCommit = async (submittedAtMs: number, committed: Committed): Promise<void> => {
    freshness.observeOwnCommit(submittedAtMs, committed.blockNumber);
    // Whoever granted may be read for at once. A repeat sets no event, so this does not wait for ever.
    await view.reached(committed, AbortSignal.timeout(viewWaitMs)).catch(() => undefined);
  };

  const shared = {
    ...stores,
    clock,
    log,
    fhirBaseUrl: issuer.fhirBaseUrl,
    consentBaseUrl: `${baseUrl}/consent`,
    ledger,
    vault,
    ledgerView: view,
    freshness,
    organization: ownOrganization,
    network: ledger.network,
    randomBytes: random,
    randomUuid: randomUUID,
    onOwnCommit,
  };
  const app = await composeApp(shared, issuer);
  const intervals = { relayMs: 50, checkpointMs: 1000, anchorMs: config.anchorIntervalMs, ...overrides.intervals };
  const observeOwnCommit = (submittedAtMs: number, block: number): void =>
    freshness.observeOwnCommit(submittedAtMs, block);
  opening.use(startAnchor({ ...shared, identities: network.logs, observeOwnCommit }, intervals));
  opening.use(startLoop({ name: 'settle directives', intervalMs: 1000, step: () => settlePending(shared) }, log));
  // Else the first request would wait for it.
  loadDefinitions();
  const listening = await listen(app, address);
  opening.defer(() => listening.close());
  const stack = opening.move();
  return { baseUrl, engines, network, [Symbol.asyncDispose]: () => stack.disposeAsync() };
};
