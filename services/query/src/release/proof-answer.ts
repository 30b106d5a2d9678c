import { ChartsealError, type LedgerReceipt } from '@chartseal/ports';
import { provedAnswer, type Answer } from './answer.ts';
import type { Released } from './released.ts';

export const proofMediaType = 'application/vnd.chartseal.proof+json';

export type VersionProof = {
  readonly network: string;
  /** C2SP tlog-proof, with the checkpoint that the ledger holds. */
  readonly proof: string;
  readonly receipt: LedgerReceipt;
};

const base64 = (bytes: Uint8Array | string): string => Buffer.from(bytes).toString('base64');

/**
 * DESIGN §6, Log: what anyone can check offline.
 * @throws ChartsealError `internal` for a version that was redacted: its canonical bytes are more than was released (C8)
 */
export const proofAnswer = (released: Released, { network, proof, receipt }: VersionProof): Answer => {
  if (released.form !== 'whole') throw new ChartsealError('internal', 'a redacted version has no proof');
  return provedAnswer(proofMediaType, released, () => {
    const { content, commitmentKey, commitment } = released.version;
    const [resource, key, entry] = [base64(content), base64(commitmentKey), base64(commitment)];
    return JSON.stringify({ type: 'chartseal-proof/v1', network, resource, key, entry, proof, receipt });
  });
};
