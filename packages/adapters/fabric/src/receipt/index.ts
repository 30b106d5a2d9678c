export { makeReceipt } from './make-receipt.ts';
