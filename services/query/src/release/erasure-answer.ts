import { ChartsealError, type ErasureStatement, type LedgerReceipt } from '@chartseal/ports';
import { provedAnswer, type Answer } from './answer.ts';
import { proofMediaType } from './proof-answer.ts';
import type { Released } from './released.ts';

/** `leaf`: where the version's entry stands under an anchored checkpoint. `erasure`: what the log and the ledger say of that leaf. */
export type ErasureProof = {
  readonly network: string;
  readonly leaf: { readonly proof: string; readonly receipt: LedgerReceipt };
  readonly erasure: ErasureStatement;
};

/**
 * `chartseal-erasure/v1`: that a leaf is one whose content was destroyed, for whoever would ask what it stands for.
 * @throws ChartsealError `internal` for a version that was not erased
 */
export const erasureAnswer = (released: Released, { network, leaf, erasure }: ErasureProof): Answer => {
  if (released.version.erasedAt === undefined) throw new ChartsealError('internal', 'the version was not erased');
  return provedAnswer(proofMediaType, released, () =>
    JSON.stringify({
      type: 'chartseal-erasure/v1',
      network,
      entry: Buffer.from(released.version.commitment).toString('base64'),
      ...leaf,
      statement: erasure.note,
      statementReceipt: erasure.receipt,
    }),
  );
};
