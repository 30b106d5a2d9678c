import { CoseError, readTreeHead, signedBytes } from '@chartseal/cose';
import type { LogName } from '@chartseal/ports';
import { equalBytes, type VerifierKey } from '@chartseal/tlog';
import { verifyEd25519 } from '@chartseal/tlog/node';
import type { KnownCheckpoint } from './check-log.ts';
import type { Report } from './finding.ts';

/** That what COSE receipts are made of is the anchored tree, signed by its log. Trees that were anchored before have none. */
export const checkCoseTreeHead = async (
  log: LogName,
  bytes: Uint8Array | undefined,
  { checkpoint, key }: { readonly checkpoint: KnownCheckpoint | undefined; readonly key: VerifierKey },
  report: Report,
): Promise<void> => {
  if (bytes === undefined || checkpoint === undefined) return;
  const isSound = await isSigned(bytes, checkpoint, key);
  if (!isSound) report({ place: `${log} COSE tree head`, problem: 'is not the anchored tree, signed by its log' });
};

const isSigned = async (bytes: Uint8Array, checkpoint: KnownCheckpoint, key: VerifierKey): Promise<boolean> => {
  try {
    const { origin, treeSize, keyId, protectedHeader, signature } = readTreeHead(bytes);
    const isOfTree = origin === key.name && treeSize === checkpoint.treeSize && equalBytes(keyId, key.keyId);
    return (
      isOfTree && (await verifyEd25519(key.publicKey, signedBytes(protectedHeader, checkpoint.rootHash), signature))
    );
  } catch (error) {
    if (error instanceof CoseError) return false;
    throw error;
  }
};
