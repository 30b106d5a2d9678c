/** Hospitals whole as far as this service goes: each on its own store, keys and port, all on one ledger. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FoundingDocument } from '@chartseal/contracts';
import { openEmbeddedLedger, openKeyring, openMemoryCache, organization } from '@chartseal/embedded';
import { memberEntry, temporaryPostgres, testSigner } from '@chartseal/embedded/testing';
import { servePlace, type Engines } from '@chartseal/engines';
import type { KeyVault, Ledger } from '@chartseal/ports';
import { openPostgres, type PostgresStores } from '@chartseal/postgres';
import { createLog, createMetrics, systemClock } from '@chartseal/server';
import { formatVerifierKey } from '@chartseal/tlog';
import { verifierKeyOf } from '../checkpoint.ts';
import { composeAnchor } from '../compose.ts';
import { logIdentities } from '../log-identities.ts';

export type Hospital = {
  readonly id: string;
  readonly url: string;
  readonly stores: PostgresStores;
  readonly vault: KeyVault;
  readonly ledger: Ledger;
};

export type Hospitals = {
  readonly hospitals: readonly Hospital[];
  /** As trust files have them. */
  readonly network: string;
  readonly ledgerPublicKey: string;
};

const notHere = (): never => {
  throw new Error('no part of this service asks for it');
};

const openEngines = async (folder: string, id: string, opening: AsyncDisposableStack): Promise<Engines> => {
  const postgres = await temporaryPostgres();
  opening.defer(() => postgres.close());
  const stores = await openPostgres(postgres.connection, { pollMs: 20 });
  opening.defer(() => stores.close());
  return {
    stores,
    eventLog: async () => stores.events,
    vault: await openKeyring({ path: join(folder, id, 'keyring.json') }),
    cache: openMemoryCache({ maxBytes: 1024 * 1024 }),
    validate: notHere,
    valueSets: { sensitivitiesOf: notHere },
    inspection: notHere,
    finishErasures: notHere,
    ready: () => [],
    [Symbol.asyncDispose]: async () => {},
  };
};

const optionsOf = (id: string): Parameters<typeof servePlace>[2] => ({
  organization: id,
  baseUrl: `http://${id}.example`,
  logOrigin: `${id}.example`,
  anchorIntervalMs: 200,
  maxStalenessMs: 5000,
  answerStepMs: 0,
  breakGlassMs: 0,
  rateLimits: { own: 0, other: 0 },
  clientCertificates: 'off',
  holder: id,
  metrics: createMetrics({ service: 'anchor', version: '0', clock: systemClock }),
  clock: systemClock,
  log: createLog({ service: 'anchor', level: 'silent' }),
  listen: { host: '127.0.0.1', port: 0 },
  certificateFiles: {},
  trustedProxy: undefined,
});

/** Founds a network of these hospitals; each then says in the directory where its witness is. */
export const openHospitals = async (...ids: readonly string[]): Promise<AsyncDisposable & Hospitals> => {
  await using opening = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'chartseal-hospitals-'));
  opening.defer(() => rm(folder, { recursive: true, force: true }));
  const members = ids.map((id) => ({ id, mspId: id.toUpperCase(), signer: testSigner('ES256') }));
  const opened = await openEmbeddedLedger({
    directory: join(folder, 'ledger'),
    clock: () => new Date(),
    random: (size) => new Uint8Array(randomBytes(size)),
    ledgerSigner: testSigner('Ed25519'),
    genesis: { organizations: members.map(({ mspId, signer }) => organization(mspId, signer)) },
  });
  opening.defer(() => opened.close());
  const founders = await Promise.all(
    members.map(async ({ id, mspId, signer }) => {
      const engines = await openEngines(folder, id, opening);
      const logs = Object.values(await logIdentities(engines.vault, `${id}.example`)).map((log) => ({
        origin: log.origin,
        verifierKey: formatVerifierKey(verifierKeyOf(log)),
        fromSize: 0,
      }));
      const entry = memberEntry(mspId, { id, logs });
      return { id, engines, entry, ledger: opened.connect({ mspId, signer }) };
    }),
  );
  const policy = { implicit: { TREAT: 'deny' }, attested: false } as const;
  const document: FoundingDocument = { network: opened.network, members: founders.map(({ entry }) => entry), policy };
  const hospitals: Hospital[] = [];
  for (const { ledger } of founders)
    await ledger.submit({ contract: 'directory', transaction: 'Found', args: [JSON.stringify(document)] });
  for (const { id, engines, ledger } of founders) {
    const { url } = opening.use(await servePlace(engines, ledger, optionsOf(id), composeAnchor));
    const args = [JSON.stringify({ witnessUrl: `${url}/witness` })];
    await ledger.submit({ contract: 'directory', transaction: 'UpdateOwn', args });
    hospitals.push({ id, url, ledger, stores: engines.stores, vault: engines.vault });
  }
  const stack = opening.move();
  const { ledgerPublicKey } = opened;
  return {
    hospitals,
    network: opened.network,
    ledgerPublicKey,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
};
