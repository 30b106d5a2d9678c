export { makeReceipt } from './make-receipt.ts';
export type { ReceiptPlace } from './make-receipt.ts';
