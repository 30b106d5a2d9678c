import { CoseError, receiptMediaType, receiptOfInclusion, type Inclusion } from '@chartseal/cose';
import { ChartsealError } from '@chartseal/ports';
import { provedBytesAnswer, type Answer } from './answer.ts';
import type { Released } from './released.ts';

/** RFC 9052 §11.3.1, as Accept and `_format` name it. */
export const coseMediaType = 'application/cose';

/** Where a version stands in the anchored tree, and that tree as its log signed it for receipts. */
export type ReceiptPlace = { readonly inclusion: Inclusion; readonly coseTreeHead: Uint8Array | undefined };

/**
 * RFC 9942: that the log signed a tree with this version in it. Content and key are not in it: they are in the proof file, or with who has them.
 * @returns ChartsealError `not-acceptable` where the tree has no receipts
 * @throws ChartsealError `internal` for a version that was redacted (C8)
 */
export const coseAnswer = (released: Released, { inclusion, coseTreeHead }: ReceiptPlace): Answer | ChartsealError => {
  if (released.form !== 'whole') throw new ChartsealError('internal', 'a redacted version has no proof');
  if (coseTreeHead === undefined) return noReceipt('its tree was anchored before there were any');
  if (inclusion.path.length === 0) return noReceipt('its tree has one leaf, and RFC 9942 asks for a path');
  return provedBytesAnswer(receiptMediaType, released, receipt(coseTreeHead, inclusion));
};

const receipt = (coseTreeHead: Uint8Array, inclusion: Inclusion): Uint8Array => {
  try {
    return receiptOfInclusion(coseTreeHead, inclusion);
  } catch (cause) {
    if (!(cause instanceof CoseError)) throw cause;
    throw new ChartsealError('corrupt', 'the tree signed for receipts is not the anchored one', {}, { cause });
  }
};

export const noReceipt = (why: string): ChartsealError =>
  new ChartsealError('not-acceptable', `there is no COSE receipt of this version, for ${why}; ask for JSON`);
