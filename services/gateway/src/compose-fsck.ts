import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type {
  AcceptedDirective,
  AnchoredLog,
  BreakGlassState,
  DirectoryEntry,
  PatientState,
  StatementState,
  SuccessionState,
} from '@chartseal/contracts';
import {
  isKind,
  type AnchoredCheckpoint,
  type ContractCall,
  type ErasureStatement,
  type LedgerReceipt,
  type LogName,
} from '@chartseal/ports';
import { contentIndex, type NewSince, type StoreInspection } from '@chartseal/postgres';
import { issuerOf } from '@chartseal/server';
import { allLogIdentities, verifierKeyOf } from '@chartseal/service-anchor';
import type { VerifierKey } from '@chartseal/tlog';
import {
  composeOperation,
  composeOperationLedger,
  type OperationEngines,
  type OperationLedger,
} from './compose-operation.ts';
import type { Operation } from './operation.ts';
import type { SandboxFile } from './sandbox/sandbox-file.ts';

export type { InspectedHandle, NewSince } from '@chartseal/postgres';

export type FsckEngines = AsyncDisposable & {
  readonly stores: OperationEngines['stores'];
  readonly inspection: StoreInspection;
  /** Where the search index is not what the records' contents give: of all, or of those whose newest version is new. */
  indexProblems(since: NewSince | undefined): ReturnType<StoreInspection['index']>;
  readonly ledger: OperationLedger['verification'];
  /** What the store notes as anchored. */
  readonly noted: Readonly<Record<LogName, AnchoredCheckpoint | 'unreadable' | undefined>>;
  /** What is kept of the statements that the ledger was told. */
  readonly keptStatements: readonly ErasureStatement[];
  readonly logKeys: Readonly<Record<LogName, LogKeys>>;
  /** Undefined where the ledger has none, or cannot be believed. */
  latestOnLedger(origin: string): Promise<AnchoredLog | undefined>;
  /** By origin, of all members: C2SP verifier keys. Empty where the ledger cannot be believed. */
  logKeysOnLedger(): Promise<ReadonlyMap<string, string>>;
  /** Undefined where the ledger has none, or cannot be believed. */
  breakGlassOnLedger(accessId: string): Promise<BreakGlassState | undefined>;
  /** Undefined where the ledger does not know the transaction, or cannot be believed. */
  receiptOnLedger(transactionId: string): Promise<LedgerReceipt | undefined>;
  /** None where the ledger cannot be believed. */
  readonly statementsOnLedger: (
    transaction: 'Erasures' | 'Recoveries',
    origin: string,
  ) => Promise<readonly StatementState[]>;
  /** How a log ended that another goes on from. Undefined of one that did not, or where the ledger cannot be believed. */
  readonly successionOnLedger: (origin: string) => Promise<SuccessionState | undefined>;
  /** What the ledger says of patients, as it is when this resolves. Only of a ledger that can be believed. */
  patientsOnLedger(): Promise<PatientsOnLedger>;
};

export type LogKeys = {
  readonly key: VerifierKey;
  readonly origin: string;
  /** Of the log, and of those that it goes on from, the first of them first. */
  readonly line: readonly VerifierKey[];
};

export type PatientsOnLedger = AsyncDisposable & {
  readonly network: string;
  /** Undefined of a handle that the ledger does not know. */
  patient(handle: string): Promise<PatientState | undefined>;
  directives(handle: string): Promise<readonly AcceptedDirective[]>;
};

/** All that fsck looks at, opened to be read alone; a running gateway goes on meanwhile. */
export const composeFsck = async (operation: Operation): Promise<FsckEngines> => {
  await using opening = new AsyncDisposableStack();
  const engines = opening.use(await composeOperation(operation));
  const { stores, vault, logOrigin } = engines;
  const identities = (await allLogIdentities(vault, logOrigin, stores.logs)).map(({ name, ...identity }) => ({
    name,
    key: verifierKeyOf({ name, ...identity }),
  }));
  const inspection = await engines.inspection();
  opening.defer(() => inspection.close());
  const indexOf = contentIndex(await fhirBaseUrlOf(operation));
  // Before the ledger is read: what a running gateway notes as anchored is on the ledger already.
  const noted = { records: await notedBy(stores, 'records'), access: await notedBy(stores, 'access') };
  const keptStatements = await stores.erasures.statements();
  const { verification, ledger } = opening.use(await composeOperationLedger(operation, engines));
  const stack = opening.move();
  return {
    stores,
    inspection,
    indexProblems: (since) => inspection.index(indexOf, since),
    noted,
    keptStatements,
    ledger: verification,
    logKeys: { records: keysOf(identities, 'records'), access: keysOf(identities, 'access') },
    latestOnLedger: async (origin) =>
      answerOf<AnchoredLog>(ledger, { contract: 'anchor', transaction: 'Latest', args: [origin] }),
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
    statementsOnLedger: async (transaction, origin) =>
      (await answerOf<readonly StatementState[]>(ledger, { contract: 'anchor', transaction, args: [origin] })) ?? [],
    successionOnLedger: async (origin) =>
      answerOf<SuccessionState>(ledger, { contract: 'anchor', transaction: 'Succession', args: [origin] }),
    patientsOnLedger: async () => patientsOn(await composeOperationLedger(operation, engines)),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
};

const keysOf = (
  identities: readonly { readonly name: LogName; readonly key: VerifierKey }[],
  log: LogName,
): LogKeys => {
  const line = identities.filter(({ name }) => name === log).map(({ key }) => key);
  const key = line.at(-1);
  if (key === undefined) throw new Error(`no key signs the log ${log}`);
  return { key, origin: key.name, line };
};

const patientsOn = (opened: OperationLedger): PatientsOnLedger => ({
  network: opened.ledger?.network ?? '',
  patient: (handle) =>
    answerOf<PatientState>(opened.ledger, { contract: 'consent', transaction: 'Get', args: [handle] }),
  directives: async (handle) => {
    const call = { contract: 'consent', transaction: 'Directives', args: [handle] } as const;
    return (await answerOf<readonly AcceptedDirective[]>(opened.ledger, call)) ?? [];
  },
  [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
});

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
