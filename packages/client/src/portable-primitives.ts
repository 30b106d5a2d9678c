/** SHA-256 and Ed25519 wherever JavaScript runs: Web Cryptography hashes asynchronously alone, and has Ed25519 in newer browsers alone. */
import type { Sha256, VerifyEd25519 } from '@chartseal/tlog';
import { ed25519 } from '@noble/curves/ed25519.js';
import { sha256 } from '@noble/hashes/sha2.js';

/** What a verifier must be given, because who gives it may have it faster. */
export type ProofPrimitives = { readonly sha256: Sha256; readonly verifyEd25519: VerifyEd25519 };

/** As strict as RFC 8032 §5.1.7; a key or signature of another length has signed nothing. */
const verifyEd25519: VerifyEd25519 = (publicKey, message, signature) =>
  publicKey.length === 32 &&
  signature.length === 64 &&
  ed25519.verify(signature, message, publicKey, { zip215: false });

export const portablePrimitives: ProofPrimitives = { sha256, verifyEd25519 };
