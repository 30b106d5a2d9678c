import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import {
  openEmbeddedLedger,
  openEmbeddedPostgres,
  openKeyring,
  organization,
  type OpenLedger,
} from '@chartseal/embedded';
import { openPostgres, type PostgresStores } from '@chartseal/postgres';
import type { KeyVault, Ledger } from '@chartseal/ports';
import { systemClock, type Clock, type Logger } from '@chartseal/server';
import { members, mspIdOf, type Member } from './sandbox/members.ts';

export type Engines = AsyncDisposable & {
  readonly stores: PostgresStores;
  readonly vault: KeyVault;
  readonly ledger: Pick<OpenLedger, 'network' | 'ledgerPublicKey'>;
  /** One connection for each organisation of the sandbox, each with its own identity. */
  readonly connections: Readonly<Record<Member, Ledger>>;
};

export type EngineOptions = {
  readonly dataDirectory: string;
  readonly log: Logger;
  readonly clock?: Clock;
};

/** Where the embedded engines keep their things below the data directory. */
export const layout = (dataDirectory: string) => {
  const root = resolve(dataDirectory);
  return { root, postgres: join(root, 'postgres'), ledger: join(root, 'ledger'), keyring: join(root, 'keyring.json') };
};

/** Opens the embedded engines on a data directory, making what is missing. Closed in reverse order. */
export const composeEngines = async ({ dataDirectory, log, clock = systemClock }: EngineOptions): Promise<Engines> => {
  const paths = layout(dataDirectory);
  await using opening = new AsyncDisposableStack();
  await mkdir(paths.root, { recursive: true });
  const postgres = await openEmbeddedPostgres({ dataDirectory: paths.postgres, log: (message) => log.info(message) });
  opening.defer(() => postgres.close({ stop: true }));
  const stores = await openPostgres(postgres.connection, { clock: { now: () => clock.wallMs() } });
  opening.defer(() => stores.close());
  const vault = await openKeyring({ path: paths.keyring });
  const signers = await Promise.all(members.map((member) => vault.signer(`ledger-identity:${member}`, 'ES256')));
  const identities = members.map((member, at) => ({
    member,
    mspId: mspIdOf[member],
    signer: signers[at] ?? unreachable(),
  }));
  const ledger = await openEmbeddedLedger({
    directory: paths.ledger,
    clock: () => new Date(clock.wallMs()),
    random: (size) => randomBytes(size),
    ledgerSigner: await vault.signer('ledger-blocks', 'Ed25519'),
    genesis: { organizations: identities.map(({ mspId, signer }) => organization(mspId, signer)) },
  });
  opening.defer(() => ledger.close());
  const connections = Object.fromEntries(
    identities.map(({ member, mspId, signer }) => [member, ledger.connect({ mspId, signer })]),
  ) as Record<Member, Ledger>;
  const stack = opening.move();
  return { stores, vault, ledger, connections, [Symbol.asyncDispose]: () => stack.disposeAsync() };
};

const unreachable = (): never => {
  throw new Error('every member has a signer');
};
