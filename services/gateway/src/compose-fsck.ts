import { openEmbeddedLedger, openKeyring, verifyLedgerFile, type LedgerVerification } from '@chartseal/embedded';
import { openInspection, type PostgresStores, type StoreInspection } from '@chartseal/postgres';
import { isKind, type AnchoredCheckpoint, type LedgerReceipt, type LogName } from '@chartseal/ports';
import { verifierKeyOf } from '@chartseal/service-anchor';
import type { VerifierKey } from '@chartseal/tlog';
import { randomBytes } from 'node:crypto';
import { layout } from './compose-engines.ts';
import { composeOperation } from './compose-operation.ts';
import { mspIdOf, ownOrganization } from './sandbox/members.ts';
import { logIdentities } from './sandbox/network.ts';

export type FsckEngines = AsyncDisposable & {
  readonly stores: PostgresStores;
  readonly inspection: StoreInspection;
  readonly ledger: LedgerVerification;
  /** What the store notes as anchored. */
  readonly noted: Readonly<Record<LogName, AnchoredCheckpoint | 'unreadable' | undefined>>;
  readonly logKeys: Readonly<Record<LogName, { readonly key: VerifierKey; readonly origin: string }>>;
  /** Undefined where the ledger has none, or cannot be believed. */
  latestOnLedger(origin: string): Promise<{ readonly note: string } | undefined>;
  /** Undefined where the ledger does not know the transaction, or cannot be believed. */
  receiptOnLedger(transactionId: string): Promise<LedgerReceipt | undefined>;
};

/** All that fsck looks at, opened to be read alone; a running gateway goes on meanwhile. */
export const composeFsck = async (dataDirectory: string): Promise<FsckEngines> => {
  const paths = layout(dataDirectory);
  await using opening = new AsyncDisposableStack();
  const vault = await openKeyring({ path: paths.keyring });
  const identities = await logIdentities(vault);
  const { stores, connection } = opening.use(await composeOperation(dataDirectory));
  const inspection = await openInspection(connection);
  opening.defer(() => inspection.close());
  // Before the ledger is read: what a running gateway notes as anchored is on the ledger already.
  const noted = { records: await notedBy(stores, 'records'), access: await notedBy(stores, 'access') };
  const ledger = await verifyLedgerFile(paths.ledger);
  const reader = ledger.outcome === 'sound' ? await openReader(paths.ledger) : undefined;
  if (reader !== undefined) opening.defer(() => reader.close());
  const own = reader?.connect({
    mspId: mspIdOf[ownOrganization],
    signer: await vault.signer(`ledger-identity:${ownOrganization}`, 'ES256'),
  });
  const stack = opening.move();
  return {
    stores,
    inspection,
    noted,
    ledger,
    logKeys: {
      records: { key: verifierKeyOf(identities.records), origin: identities.records.origin },
      access: { key: verifierKeyOf(identities.access), origin: identities.access.origin },
    },
    latestOnLedger: async (origin) => {
      try {
        const answer = await own?.evaluate({ contract: 'anchor', transaction: 'Latest', args: [origin] });
        return answer === undefined ? undefined : (JSON.parse(answer) as { note: string });
      } catch (error) {
        if (isKind(error, 'ledger-refused')) return undefined;
        throw error;
      }
    },
    receiptOnLedger: async (transactionId) => {
      try {
        return await own?.receipt(transactionId);
      } catch (error) {
        if (isKind(error, 'not-found')) return undefined;
        throw error;
      }
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
};

const notedBy = async (
  { logs }: PostgresStores,
  log: LogName,
): Promise<AnchoredCheckpoint | 'unreadable' | undefined> => {
  try {
    return await logs.anchored(log);
  } catch (error) {
    if (isKind(error, 'store-unavailable')) throw error;
    return 'unreadable';
  }
};

const openReader = (directory: string) =>
  openEmbeddedLedger({ directory, readOnly: true, clock: () => new Date(), random: (size) => randomBytes(size) });
