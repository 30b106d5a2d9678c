export { CoseError } from './cose-error.ts';
export { receiptMediaType, receiptOfInclusion, readReceipt, type CoseReceipt, type Inclusion } from './receipt.ts';
export { readTreeHead, signedBytes, signTreeHead, type TreeHead } from './tree-head.ts';
