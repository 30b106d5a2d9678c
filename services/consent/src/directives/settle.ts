import { ChartsealError, isKind, type ContractCall, type HeldDirective } from '@chartseal/ports';
import type { ConsentDependencies } from '../dependencies.ts';
import { consentChanged } from '../consent-event.ts';

/** Which transaction of the consent contract carries a directive. */
export const callFor = ({ operation, handle, jws }: HeldDirective): ContractCall => {
  switch (operation) {
    case 'custodian-freeze':
      return { contract: 'consent', transaction: 'CustodianFreeze', args: [handle] };
    case 'custodian-unfreeze':
      return { contract: 'consent', transaction: 'CustodianUnfreeze', args: [handle] };
    case 'close':
      return { contract: 'consent', transaction: 'Close', args: [handle] };
    case 'put':
    case 'revoke':
    case 'rotate-key':
    case 'freeze':
    case 'unfreeze':
      return { contract: 'consent', transaction: 'SubmitDirective', args: [jws] };
  }
};

/**
 * Submits what is held and records the ledger's answer with its event. The contract is idempotent: what was committed before, and
 * whose answer was lost, is answered as the first time.
 * @throws ChartsealError `ledger-refused` (recorded, final), or `ledger-unavailable` and `outcome-unknown` (still pending)
 */
export const settle = async (dependencies: ConsentDependencies, held: HeldDirective): Promise<HeldDirective> => {
  const { ledger, patients } = dependencies;
  try {
    const { transactionId, blockNumber } = await ledger.submit(callFor(held));
    const committed = { state: 'committed', transactionId, blockNumber } as const;
    await patients.settle(held.handle, held.digest, committed, [consentChanged(dependencies, held, committed)]);
    return { ...held, ledger: committed };
  } catch (error) {
    if (isKind(error, 'ledger-refused')) await patients.settle(held.handle, held.digest, { state: 'refused' }, []);
    throw error;
  }
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

/** One pass over all that the ledger has not answered: run again and again until it has. */
export const settlePending = async (dependencies: ConsentDependencies): Promise<void> => {
  for (const held of await dependencies.patients.pending(100)) {
    try {
      await settle(dependencies, held);
    } catch (error) {
      if (!(error instanceof ChartsealError) || error.kind !== 'ledger-refused') throw error;
      dependencies.log.warn(
        { operation: held.operation, refusal: error.detail.code },
        'the ledger refused a held directive',
      );
    }
  }
};
