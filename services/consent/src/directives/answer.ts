import type { HeldDirective } from '@chartseal/ports';

/** The body of 201 and 202 (DESIGN §6 Consent 3). The last two are null until the ledger has committed. */
export type DirectiveAnswer = {
  readonly status: 201 | 202;
  readonly body: {
    readonly consentId: string | null;
    readonly sequence: number | null;
    readonly transactionId: string | null;
    readonly blockNumber: number | null;
  };
};

export const answerFor = ({ consentId, sequence, ledger }: HeldDirective): DirectiveAnswer => {
  const names = { consentId: consentId ?? null, sequence: sequence ?? null };
  return ledger.state === 'committed'
    ? { status: 201, body: { ...names, transactionId: ledger.transactionId, blockNumber: ledger.blockNumber } }
    : { status: 202, body: { ...names, transactionId: null, blockNumber: null } };
};
