import { ChartsealError, isKind, type ContractCall, type ErrorKind, type HeldDirective } from '@chartseal/ports';
import type { ConsentDependencies } from '../dependencies.ts';

const transactions = {
  put: 'SubmitDirective',
  revoke: 'SubmitDirective',
  'rotate-key': 'SubmitDirective',
  'appoint-proxy': 'SubmitDirective',
  'dismiss-proxy': 'SubmitDirective',
  freeze: 'SubmitDirective',
  unfreeze: 'SubmitDirective',
  'custodian-freeze': 'CustodianFreeze',
  'custodian-unfreeze': 'CustodianUnfreeze',
  close: 'Close',
} as const satisfies Record<HeldDirective['operation'], string>;

/** Which transaction of the consent contract carries a directive. */
const callFor = ({ operation, handle, jws }: HeldDirective): ContractCall => ({
  contract: 'consent',
  transaction: transactions[operation],
  args: [jws === '' ? handle : jws],
});

/**
 * Submits what is held and records the ledger's answer. Its event is told by who follows the ledger. The contract is idempotent: what was committed before, and
 * whose answer was lost, is answered as the first time.
 * @throws ChartsealError `ledger-refused` (recorded, final), or `ledger-unavailable` and `outcome-unknown` (still pending)
 */
export const settle = async (dependencies: ConsentDependencies, held: HeldDirective): Promise<HeldDirective> => {
  const { patients } = dependencies;
  try {
    const committed = { state: 'committed', ...(await submit(dependencies, callFor(held))) } as const;
    await patients.settle(held.handle, held.digest, committed);
    return { ...held, ledger: committed };
  } catch (error) {
    if (isKind(error, 'ledger-refused')) await patients.settle(held.handle, held.digest, { state: 'refused' });
    throw error;
  }
};

export type Position = { readonly transactionId: string; readonly blockNumber: number };

/** Where the ledger took it in: the first time, should it have been submitted before. */
export const submit = async (
  { ledger, clock, onOwnCommit }: ConsentDependencies,
  call: ContractCall,
): Promise<Position> => {
  const submittedAtMs = clock.monotonicMs();
  const committed = await ledger.submit(call);
  await onOwnCommit(submittedAtMs, committed);
  const { transactionId = committed.transactionId } = JSON.parse(committed.result) as { transactionId?: string };
  if (transactionId === committed.transactionId) return { transactionId, blockNumber: committed.blockNumber };
  return { transactionId, blockNumber: (await ledger.receipt(transactionId)).blockNumber };
};

/** The same within a time; afterwards it goes on by itself (`settlePending`) and the directive stays pending. */
export const settleWithin = async (
  dependencies: ConsentDependencies,
  held: HeldDirective,
  timeoutMs: number,
): Promise<HeldDirective> => {
  const late = Promise.withResolvers<HeldDirective>();
  const timer = setTimeout(() => late.resolve(held), timeoutMs);
  const settled = settle(dependencies, held).catch((error: unknown) => {
    if (isKind(error, 'ledger-unavailable') || isKind(error, 'outcome-unknown')) return held;
    throw error;
  });
  try {
    return await Promise.race([settled, late.promise]);
  } finally {
    clearTimeout(timer);
    settled.catch(() => undefined);
  }
};

/** After these nothing else will get through either. */
const outOfReach: ReadonlySet<ErrorKind> = new Set(['ledger-unavailable', 'outcome-unknown', 'store-unavailable']);

/** One pass over all that the ledger has not answered: run again and again until it has. One that cannot be settled holds up no other. */
export const settlePending = async (dependencies: ConsentDependencies): Promise<void> => {
  const failed: unknown[] = [];
  for (const held of await dependencies.patients.pending(100)) {
    try {
      await settle(dependencies, held);
    } catch (error) {
      if (error instanceof ChartsealError && outOfReach.has(error.kind)) throw error;
      if (isKind(error, 'ledger-refused'))
        dependencies.log.warn(
          { operation: held.operation, refusal: error.detail.code },
          'the ledger refused a held directive',
        );
      else failed.push(error);
    }
  }
  if (failed.length > 0) throw failed[0];
};
