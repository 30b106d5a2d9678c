import { fromBase64 } from '@chartseal/tlog';
import { envelope } from './fabric/messages.ts';
import { readMessage } from './fabric/protobuf.ts';
import { readTransaction } from './fabric/transaction.ts';

/**
 * When the transaction of a receipt was submitted, by its submitter's clock: what the receipt says, read and not verified.
 * @returns an ISO 8601 instant; undefined for what is no receipt
 */
export const receiptTimestamp = (receipt: unknown): string | undefined => {
  try {
    const timeMs = readTime(receipt as UntrustedReceipt);
    return new Date(timeMs).toISOString();
  } catch {
    return undefined;
  }
};

/** As it should be; every member is untrusted. */
type UntrustedReceipt =
  | { readonly type: 'embedded'; readonly transaction: { readonly proposal: { readonly timestamp: string } } }
  | { readonly type: 'fabric'; readonly transaction: string };

const readTime = (receipt: UntrustedReceipt): number => {
  if (receipt.type === 'embedded') return Date.parse(receipt.transaction.proposal.timestamp);
  const bytes = fromBase64(receipt.transaction) ?? new Uint8Array();
  return readTransaction(readMessage(bytes.slice(), envelope).payload).timeMs;
};
