/** How many other hospitals must have seen a checkpoint: k of n cosignatures (https://c2sp.org/tlog-cosignature). */
import { openCosignatures, parseCosignerKey, parseVerifierKey, toBase64 } from '@chartseal/tlog';
import { sha256 } from '@noble/hashes/sha2.js';
import type { ProofPrimitives } from './portable-primitives.ts';
import { refuted, type RefutedProof } from './proof-verdict.ts';
import { objectAt, TrustFileError } from './trust-file-error.ts';

export type WitnessPolicy = {
  /** So many of them at the least. */
  readonly threshold: number;
  /** C2SP verifier keys of witnesses, as each hospital itself gave its own. */
  readonly keys: readonly string[];
};

/**
 * No two witnesses may have one key, and none a log's: whoever holds it would be several, or witness itself.
 * @throws TrustFileError
 */
export const parseWitnessPolicy = (value: unknown, logs: readonly string[]): WitnessPolicy => {
  const { threshold, keys } = objectAt('witnesses', value);
  if (!Array.isArray(keys) || keys.length === 0)
    throw new TrustFileError('witnesses.keys', 'must list at least one verifier key');
  const taken = new Map(logs.map((vkey) => [toBase64(parseVerifierKey(sha256, vkey).publicKey), 'a log']));
  const parsed = keys.map((vkey: unknown, index) => {
    const at = `witnesses.keys[${index}]`;
    const { text, publicKey } = parseKey(at, vkey);
    const owner = taken.get(publicKey);
    if (owner !== undefined) throw new TrustFileError(at, `is the key of ${owner}, too`);
    taken.set(publicKey, at);
    return text;
  });
  const isThreshold = typeof threshold === 'number' && Number.isInteger(threshold) && threshold >= 1;
  if (!isThreshold || threshold > parsed.length)
    throw new TrustFileError('witnesses.threshold', 'must be a number from 1 to that of the keys');
  return { threshold, keys: parsed };
};

const parseKey = (at: string, vkey: unknown): { readonly text: string; readonly publicKey: string } => {
  try {
    const text = typeof vkey === 'string' ? vkey : '';
    return { text, publicKey: toBase64(parseCosignerKey(sha256, text).publicKey) };
  } catch {
    throw new TrustFileError(at, 'is not a C2SP verifier key of a witness (Ed25519, cosignature/v1)');
  }
};

/** The witnesses that cosigned the note, if they are enough; a wrong cosignature by one of them spoils it. */
export const verifyWitnesses = async (
  note: string,
  { threshold, keys }: WitnessPolicy,
  { sha256: hash, verifyEd25519 }: ProofPrimitives,
): Promise<readonly string[] | RefutedProof> => {
  const known = keys.map((vkey) => parseCosignerKey(hash, vkey));
  const cosigned = await openCosignatures(note, known, verifyEd25519).catch(() => undefined);
  if (cosigned === undefined) return refuted('witnesses', 'signature');
  if (cosigned.length < threshold) return refuted('witnesses', `${cosigned.length} of ${threshold}`);
  return cosigned.map(({ key }) => key.name);
};
