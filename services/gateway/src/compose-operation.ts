import { randomBytes } from 'node:crypto';
import { composeEngines, composeLedger, version, type Engines } from '@chartseal/engines';
import { openEmbeddedLedger, verifyLedgerFile } from '@chartseal/embedded';
import type { Ledger } from '@chartseal/ports';
import { createLog, createMetrics, systemClock } from '@chartseal/server';
import { layout } from './layout.ts';
import type { Operation } from './operation.ts';
import { logOrigin, mspIdOf, ownOrganization } from './sandbox/members.ts';

export type OperationEngines = AsyncDisposable & Engines & { readonly logOrigin: string };

const options = {
  clientId: 'chartseal-operator',
  clock: systemClock,
  log: createLog({ service: 'operator', level: 'silent' }),
  metrics: createMetrics({ service: 'operator', version, clock: systemClock }),
};

/** The engines of an operator's command. A gateway that runs on them goes on; else what it would start runs for as long as the command needs it. */
export const composeOperation = async (operation: Operation): Promise<OperationEngines> => {
  const engines = await composeEngines(operation.engines, { ...options, embedded: 'join' });
  return { ...engines, logOrigin: operation.mode === 'hospital' ? operation.logOrigin : logOrigin };
};

type Verification =
  | { readonly outcome: 'sound'; readonly height: number }
  | { readonly outcome: 'wrong'; readonly block: number; readonly fault: string };

export type OperationLedger = AsyncDisposable & {
  /** What could be checked of the ledger's own structure: of a shared one, its peers have done that. */
  readonly verification: Verification;
  /** This hospital's connection, to be read alone; none where the ledger cannot be believed. */
  readonly ledger: Ledger | undefined;
};

/** The ledger of an operator's command. */
export const composeOperationLedger = async (operation: Operation, engines: Engines): Promise<OperationLedger> => {
  if (operation.mode === 'hospital') {
    const ledger = await composeLedger(operation, engines, { ...options, unsettled: 'leave' });
    const verification = { outcome: 'sound', height: await ledger.height() } as const;
    return { verification, ledger, [Symbol.asyncDispose]: () => ledger[Symbol.asyncDispose]() };
  }
  const { ledger: directory } = layout(operation.dataDirectory);
  const verification = await verifyLedgerFile(directory);
  if (verification.outcome !== 'sound')
    return { verification, ledger: undefined, [Symbol.asyncDispose]: () => Promise.resolve() };
  const opened = await openEmbeddedLedger({
    directory,
    readOnly: true,
    clock: () => new Date(),
    random: (size) => randomBytes(size),
  });
  const signer = await engines.vault.signer(`ledger-identity:${ownOrganization}`, 'ES256');
  const ledger = opened.connect({ mspId: mspIdOf[ownOrganization], signer });
  return { verification, ledger, [Symbol.asyncDispose]: () => opened.close() };
};
