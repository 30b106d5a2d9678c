import { ChartsealError, isKind, type Ledger } from '@chartseal/ports';
import { z } from 'zod';

/** A directive as the ledger has accepted it. Untrusted but for its order. */
export type LedgerWord = { readonly jws: string; readonly transactionId: string };

const words = z.array(z.object({ jws: z.string(), transactionId: z.string() }));
const custodianOf = z.object({ custodian: z.string() });
const enrolmentOf = z.object({ enrolment: z.string() });

const ask = async <T>(ledger: Ledger, transaction: string, handle: string, shape: z.ZodType<T>): Promise<T> => {
  const answer = await ledger.evaluate({ contract: 'consent', transaction, args: [handle] });
  try {
    return shape.parse(JSON.parse(answer));
  } catch (cause) {
    throw new ChartsealError('ledger-unavailable', 'the consent contract answers what cannot be read', {}, { cause });
  }
};

/** Every directive that the ledger has accepted for the handle, in its order. */
export const wordsOnLedger = (ledger: Ledger, handle: string): Promise<readonly LedgerWord[]> =>
  ask(ledger, 'Directives', handle, words);

/** Directory id of the hospital that enrolled the handle. */
export const custodianOnLedger = async (ledger: Ledger, handle: string): Promise<string> =>
  (await ask(ledger, 'Get', handle, custodianOf)).custodian;

/** The enrolment's JWS: for a handle whose opening is still under way here. */
export const enrolmentOnLedger = async (ledger: Ledger, handle: string): Promise<string> =>
  (await ask(ledger, 'Enrolment', handle, enrolmentOf)).enrolment;

/** Of a transaction seen on the way; the event's own block where the ledger does not say. */
export const blockOf = async (ledger: Ledger, transactionId: string, otherwise: number): Promise<number> => {
  try {
    return (await ledger.receipt(transactionId)).blockNumber;
  } catch (error) {
    if (isKind(error, 'not-found')) return otherwise;
    throw error;
  }
};
