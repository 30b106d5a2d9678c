import type { LedgerReceipt } from '@chartseal/ports';
import { publicAnswer, type Answer } from './answer.ts';

export type DecisionReceipt = {
  readonly network: string;
  /** C2SP signed note. */
  readonly statement: string;
  /** Base64: the audit entry's leaf. */
  readonly entry: string;
  readonly proof: string;
  readonly receipt: LedgerReceipt;
};

/** `chartseal-decision/v1`. It holds handles, commitments and ids of consents: nothing that a record says. */
export const receiptAnswer = (receipt: DecisionReceipt): Answer =>
  publicAnswer({ type: 'chartseal-decision/v1', ...receipt }, 'application/vnd.chartseal.decision+json');
