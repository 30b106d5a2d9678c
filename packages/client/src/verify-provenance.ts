/** A FHIR Provenance that a gateway made of an anchored version: its signature is the proof file of what it has as its target. */
import { parseJsonBytes } from '@chartseal/fhir/json';
import { portablePrimitives, type ProofPrimitives } from './portable-primitives.ts';
import { bytesOf, isObject, readCanonicalVersion } from './proof-file.ts';
import { refuted, type RefutedProof } from './proof-verdict.ts';
import type { TrustFile } from './trust-file.ts';
import { verifyErasure, type VerifiedErasure } from './verify-erasure.ts';
import { verifyProof, type VerifiedProof } from './verify-proof.ts';

/** As `$proof` answers it. */
const proofMediaType = 'application/vnd.chartseal.proof+json';
const erasureType = 'chartseal-erasure/v1';

/**
 * The proof file in a parsed Provenance, not verified; or which member keeps it from being one: `signature` where there is no such file, `target` where
 * the file is of another version than the one that the Provenance is about. Every member is untrusted.
 */
export const proofInProvenance = (
  provenance: unknown,
): { readonly file: unknown } | { readonly fault: 'resourceType' | 'signature' | 'target' } => {
  if (!isObject(provenance) || provenance['resourceType'] !== 'Provenance') return { fault: 'resourceType' };
  const file = fileIn(provenance['signature']);
  if (file === undefined) return { fault: 'signature' };
  // A statement of an erasure names a leaf; of which version that was it does not say any more.
  if (file['type'] === erasureType) return { file };
  const resource = bytesOf(file['resource']);
  const version = resource && readCanonicalVersion(resource);
  if (version === undefined) return { fault: 'signature' };
  const { resourceType, id, versionId } = version;
  return isAbout(provenance['target'], `${resourceType}/${id}/_history/${versionId}`) ? { file } : { fault: 'target' };
};

const isAbout = (targets: unknown, version: string): boolean => {
  const [target, ...more]: readonly unknown[] = Array.isArray(targets) ? targets : [];
  if (!isObject(target) || more.length > 0) return false;
  const { reference } = target;
  return typeof reference === 'string' && (reference === version || reference.endsWith(`/${version}`));
};

/** Read as strictly as a proof file that came alone; undefined unless there is exactly one. */
const fileIn = (signatures: unknown): Readonly<Record<string, unknown>> | undefined => {
  const own = (Array.isArray(signatures) ? signatures : []).filter(
    (signature) => isObject(signature) && signature['sigFormat'] === proofMediaType,
  );
  const [signature, ...more]: readonly unknown[] = own;
  const bytes = more.length === 0 && isObject(signature) ? bytesOf(signature['data']) : undefined;
  if (bytes === undefined) return undefined;
  try {
    const { value } = parseJsonBytes(bytes);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
};

/** Checks a parsed Provenance, and never throws for anything that it holds: the proof in it, and that this is of its target. Its other members nobody signed. */
export const verifyProvenance = async (
  provenance: unknown,
  trust: TrustFile,
  primitives: ProofPrimitives = portablePrimitives,
): Promise<VerifiedProof | VerifiedErasure | RefutedProof> => {
  const read = proofInProvenance(provenance);
  if ('fault' in read) return refuted('malformed', read.fault);
  const { file } = read;
  const isErasure = isObject(file) && file['type'] === erasureType;
  return (isErasure ? verifyErasure : verifyProof)(file, trust, primitives);
};
