import { signTreeHead } from '@chartseal/cose';
import { parseCheckpoint, parseNote } from '@chartseal/tlog';
import { verifierKeyOf } from './checkpoint.ts';
import type { LogIdentity } from './dependencies.ts';

/** What COSE receipts of an anchored tree are made of: only who writes the log has its key. */
export const coseTreeHead = (identity: LogIdentity, note: string): Promise<Uint8Array> => {
  const { keyId } = verifierKeyOf(identity);
  const { origin, treeSize, rootHash } = parseCheckpoint(parseNote(note).text);
  return signTreeHead({ origin, treeSize, rootHash, keyId }, (message) => identity.signer.sign(message));
};
