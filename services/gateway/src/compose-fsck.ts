import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BreakGlassState, DirectoryEntry } from '@chartseal/contracts';
import { isKind, type AnchoredCheckpoint, type ContractCall, type LedgerReceipt, type LogName } from '@chartseal/ports';
import { contentIndex, type StoreInspection } from '@chartseal/postgres';
import { issuerOf } from '@chartseal/server';
import { currentLogIdentities, verifierKeyOf } from '@chartseal/service-anchor';
import type { VerifierKey } from '@chartseal/tlog';
import {
  composeOperation,
  composeOperationLedger,
  type OperationEngines,
  type OperationLedger,
} from './compose-operation.ts';
import type { Operation } from './operation.ts';
import type { SandboxFile } from './sandbox/sandbox-file.ts';

export type FsckEngines = AsyncDisposable & {
  readonly stores: OperationEngines['stores'];
  readonly inspection: StoreInspection;
  /** Where the search index is not what the records' contents give. */
  indexProblems(): ReturnType<StoreInspection['index']>;
  readonly ledger: OperationLedger['verification'];
  /** What the store notes as anchored. */
  readonly noted: Readonly<Record<LogName, AnchoredCheckpoint | 'unreadable' | undefined>>;
  readonly logKeys: Readonly<Record<LogName, { readonly key: VerifierKey; readonly origin: string }>>;
  /** Undefined where the ledger has none, or cannot be believed. */
  latestOnLedger(origin: string): Promise<{ readonly note: string } | undefined>;
  /** By origin, of all members: C2SP verifier keys. Empty where the ledger cannot be believed. */
  logKeysOnLedger(): Promise<ReadonlyMap<string, string>>;
  /** Undefined where the ledger has none, or cannot be believed. */
  breakGlassOnLedger(accessId: string): Promise<BreakGlassState | undefined>;
  /** Undefined where the ledger does not know the transaction, or cannot be believed. */
  receiptOnLedger(transactionId: string): Promise<LedgerReceipt | undefined>;
};

/** All that fsck looks at, opened to be read alone; a running gateway goes on meanwhile. */
export const composeFsck = async (operation: Operation): Promise<FsckEngines> => {
  await using opening = new AsyncDisposableStack();
  const engines = opening.use(await composeOperation(operation));
  const { stores, vault, logOrigin } = engines;
  const identities = await currentLogIdentities(vault, logOrigin, stores.logs);
  const inspection = await engines.inspection();
  opening.defer(() => inspection.close());
  const indexOf = contentIndex(await fhirBaseUrlOf(operation));
  // Before the ledger is read: what a running gateway notes as anchored is on the ledger already.
  const noted = { records: await notedBy(stores, 'records'), access: await notedBy(stores, 'access') };
  const { verification, ledger } = opening.use(await composeOperationLedger(operation, engines));
  const stack = opening.move();
  return {
    stores,
    inspection,
    indexProblems: () => inspection.index(indexOf),
    noted,
    ledger: verification,
    logKeys: {
      records: { key: verifierKeyOf(identities.records), origin: identities.records.origin },
      access: { key: verifierKeyOf(identities.access), origin: identities.access.origin },
    },
    latestOnLedger: async (origin) =>
      answerOf<{ note: string }>(ledger, { contract: 'anchor', transaction: 'Latest', args: [origin] }),
    logKeysOnLedger: async () => {
      const call = { contract: 'directory', transaction: 'List', args: [] } as const;
      const members = (await answerOf<readonly DirectoryEntry[]>(ledger, call)) ?? [];
      return new Map(members.flatMap(({ logs }) => logs.map(({ origin, verifierKey }) => [origin, verifierKey])));
    },
    breakGlassOnLedger: async (accessId) =>
      answerOf<BreakGlassState>(ledger, { contract: 'consent', transaction: 'BreakGlass', args: [accessId] }),
    receiptOnLedger: async (transactionId) => {
      try {
        return await ledger?.receipt(transactionId);
      } catch (error) {
        if (isKind(error, 'not-found')) return undefined;
        throw error;
      }
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
};

/** Undefined for what the contract does not know. */
const answerOf = async <T>(ledger: OperationLedger['ledger'], call: ContractCall): Promise<T | undefined> => {
  try {
    const answer = await ledger?.evaluate(call);
    return answer === undefined ? undefined : (JSON.parse(answer) as T);
  } catch (error) {
    if (isKind(error, 'ledger-refused')) return undefined;
    throw error;
  }
};

/** Where the records were, to their references, when they were indexed. A sandbox that never began to serve has none that say so. */
const fhirBaseUrlOf = async (operation: Operation): Promise<string> => {
  if (operation.mode === 'hospital') return issuerOf(operation.baseUrl).fhirBaseUrl;
  try {
    const file = await readFile(join(operation.dataDirectory, 'sandbox.json'), 'utf8');
    return (JSON.parse(file) as SandboxFile).fhirBaseUrl;
  } catch {
    return '';
  }
};

const notedBy = async (
  { logs }: OperationEngines['stores'],
  log: LogName,
): Promise<AnchoredCheckpoint | 'unreadable' | undefined> => {
  try {
    return await logs.anchored(log);
  } catch (error) {
    if (isKind(error, 'store-unavailable')) throw error;
    return 'unreadable';
  }
};
