/**
 * A proof as a chain of links, each of which one check holds: the resource's canonical bytes → commitment → leaf of the log →
 * signed checkpoint → transaction on the ledger. Everything is checked offline against a trust file.
 */
import { parseJson, parseJsonBytes, type ParsedJson } from '@chartseal/fhir/json';
import { portablePrimitives, type ProofPrimitives } from './portable-primitives.ts';
import { readCanonicalVersion, readProofFile, type ProofFile, type ProvedVersion } from './proof-file.ts';
import {
  ledgerLimit,
  refuted,
  type Limit,
  type ProvedLedger,
  type ProvedPlace,
  type RefutedProof,
} from './proof-verdict.ts';
import type { TrustFile } from './trust-file.ts';
import { verifyAnchor, verifyLeaf } from './verify-leaf.ts';

export type VerifiedProof = {
  readonly outcome: 'proved';
  readonly version: ProvedVersion;
  readonly network: string;
  readonly log: ProvedPlace;
  readonly ledger: ProvedLedger;
  readonly notProved: readonly Limit[];
};

export type ProofVerification = VerifiedProof | RefutedProof;

/**
 * Checks a parsed proof file and never throws for anything that it holds. `proofJson` comes from whoever wants to be believed, `trust`
 * from elsewhere.
 * @param primitives SHA-256 and Ed25519; the rest is Web Cryptography
 */
export const verifyProof = async (
  proofJson: unknown,
  trust: TrustFile,
  primitives: ProofPrimitives = portablePrimitives,
): Promise<ProofVerification> => {
  const file = readProofFile(proofJson);
  if ('fault' in file) return refuted('malformed', file.fault);
  const version = readCanonicalVersion(file.resource);
  if (version === undefined) return refuted('not-canonical');
  if (!(await isCommitment(file))) return refuted('commitment');
  if (file.network !== trust.network) return refuted('network');
  const leaf = await verifyLeaf(file, trust, primitives);
  if ('outcome' in leaf) return leaf;
  const ledger = await verifyAnchor(file.receipt, leaf, trust, primitives);
  if ('outcome' in ledger) return ledger;
  const notProved = ['newest', 'complete', ledgerLimit(ledger)] as const;
  return { outcome: 'proved', version, network: trust.network, log: leaf.place, ledger, notProved };
};

/**
 * As `verifyProof`, of a proof file's text or bytes. They are read strictly: with two members of one name, two readers could see two proofs. White
 * space and the order of members say nothing, so what is proved is the same with others.
 */
export const verifyProofText = async (
  text: string | Uint8Array,
  trust: TrustFile,
  primitives: ProofPrimitives = portablePrimitives,
): Promise<ProofVerification> => {
  const read = readStrictly(text);
  return read === undefined ? refuted('malformed', 'json') : verifyProof(read.value, trust, primitives);
};

const readStrictly = (text: string | Uint8Array): ParsedJson | undefined => {
  try {
    return typeof text === 'string' ? parseJson(text) : parseJsonBytes(text);
  } catch {
    return undefined;
  }
};

const isCommitment = async ({ key, entry, resource }: ProofFile): Promise<boolean> => {
  const hmac = { name: 'HMAC', hash: 'SHA-256' };
  const imported = await crypto.subtle.importKey('raw', key, hmac, false, ['verify']);
  return crypto.subtle.verify('HMAC', imported, entry, resource);
};
