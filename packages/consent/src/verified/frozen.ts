import type { UnverifiedPatient } from './patient-state.ts';
import type { SignedUnfreeze } from './signed-history.ts';
import type { SignedFreeze } from './signed-refusals.ts';

/**
 * Whether anything denies everything: the ledger says so, or a freeze is held that nothing has lifted. A freeze that the ledger
 * has not answered is never lifted; any other by a committed unfreeze from the same mouth that came later.
 */
export const isFrozen = (
  { held, ledger }: UnverifiedPatient,
  freezes: readonly SignedFreeze[],
  unfreezes: readonly SignedUnfreeze[],
): boolean => {
  if (ledger.frozenBy.length > 0) return true;
  // By both clocks: an unfreeze kept back lifts no later freeze, nor does one from a device whose clock runs ahead.
  const byPatient = freezes.some(
    (freeze) =>
      freeze.held.ledger.state === 'pending' ||
      !unfreezes.some(
        ({ issuedAt, receivedAt }) => issuedAt >= freeze.issuedAt && receivedAt >= freeze.held.receivedAt,
      ),
  );
  const lifted = held
    .filter(({ operation, ledger }) => operation === 'custodian-unfreeze' && ledger.state === 'committed')
    .map(({ receivedAt }) => receivedAt);
  const byCustodian = held.some(
    (word) =>
      word.operation === 'custodian-freeze' &&
      (word.ledger.state === 'pending' || !lifted.some((receivedAt) => receivedAt >= word.receivedAt)),
  );
  return byPatient || byCustodian;
};
