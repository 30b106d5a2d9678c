import * as nodePrimitives from '@chartseal/tlog/node';
import type { TrustFile } from './trust-file.ts';
import { verifyProof as verify, verifyProofText as verifyText, type ProofVerification } from './verify-proof.ts';

/** `verifyProof` of `@chartseal/client/verify`, with the SHA-256 and Ed25519 of Node, which are faster. */
export const verifyProof = (proofJson: unknown, trust: TrustFile): Promise<ProofVerification> =>
  verify(proofJson, trust, nodePrimitives);

/** `verifyProofText` of `@chartseal/client/verify`, likewise. */
export const verifyProofText = (text: string | Uint8Array, trust: TrustFile): Promise<ProofVerification> =>
  verifyText(text, trust, nodePrimitives);
