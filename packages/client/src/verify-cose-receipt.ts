/**
 * COSE receipts (RFC 9942): that the log signed a tree with this version in it. What the ledger holds, no such receipt says: that is in the proof file
 * alone. Checked offline, by whoever has the log's key.
 */
import { readReceipt, signedBytes, type CoseReceipt } from '@chartseal/cose';
import { equalBytes, leafHash, parseVerifierKey, rootOfInclusion } from '@chartseal/tlog';
import { portablePrimitives, type ProofPrimitives } from './portable-primitives.ts';
import { readCanonicalVersion, readProofFile, type ProvedVersion } from './proof-file.ts';
import type { Limit, ProvedPlace } from './proof-verdict.ts';
import type { TrustFile } from './trust-file.ts';

/** The link that broke. */
export type CoseReceiptFault =
  | 'malformed' // not a receipt of inclusion as RFC 9942 has it and Chartseal writes it
  | 'not-canonical' // the resource is not canonical JSON of a FHIR version
  | 'log' // its log, or the key of it, is not one of those trusted
  | 'inclusion' // its path has not the length that its place in the tree asks for
  | 'tree-head'; // the log signed no tree to whose root resource, key and path lead: one of them was altered, or the signature

export type VerifiedCoseReceipt = {
  readonly outcome: 'proved';
  readonly version: ProvedVersion;
  readonly log: ProvedPlace;
  /** `ledger`: that the ledger holds the tree. `witnesses`: that those saw it whom the trust file asks for; no such receipt carries cosignatures. */
  readonly notProved: readonly (Limit | 'ledger' | 'witnesses')[];
};

export type CoseReceiptVerification =
  | VerifiedCoseReceipt
  | {
      readonly outcome: 'refuted';
      readonly fault: CoseReceiptFault;
    };

/** What a receipt is about: the canonical bytes of a version, and the 32 bytes of its key, as the proof file has them. */
export type ReceiptSubject = { readonly resource: Uint8Array; readonly key: Uint8Array };

/** Of a parsed proof file, which has them whatever else becomes of it; undefined for any other value. */
export const receiptSubject = (proofJson: unknown): ReceiptSubject | undefined => {
  const file = readProofFile(proofJson);
  return 'fault' in file ? undefined : { resource: file.resource, key: file.key };
};

/** Never throws for anything that the receipt or its subject holds; both come from whoever wants to be believed. */
export const verifyCoseReceipt = async (
  receipt: Uint8Array,
  { resource, key }: ReceiptSubject,
  { logs, witnesses }: Pick<TrustFile, 'logs' | 'witnesses'>,
  { sha256, verifyEd25519 }: ProofPrimitives = portablePrimitives,
): Promise<CoseReceiptVerification> => {
  const read = attempt(() => readReceipt(receipt));
  if (read === undefined || key.length !== 32) return refuted('malformed');
  const version = readCanonicalVersion(resource);
  if (version === undefined) return refuted('not-canonical');
  const { origin, keyId, treeSize, leafIndex } = read;
  const isOfLog = (each: { readonly name: string; readonly keyId: Uint8Array }): boolean =>
    each.name === origin && equalBytes(each.keyId, keyId);
  const keys = logs.map((vkey) => parseVerifierKey(sha256, vkey)).filter(isOfLog);
  if (keys.length === 0) return refuted('log');
  const entry = await commitment(key, resource);
  const root = attempt(() => rootOf(read, leafHash(sha256, entry), sha256));
  if (root === undefined) return refuted('inclusion');
  const signed = signedBytes(read.protectedHeader, root);
  const verified = await Promise.all(
    keys.map(async ({ publicKey }) => verifyEd25519(publicKey, signed, read.signature)),
  );
  if (!verified.includes(true)) return refuted('tree-head');
  const unwitnessed = witnesses === undefined ? [] : (['witnesses'] as const);
  const notProved = ['newest', 'complete', 'ledger', ...unwitnessed] as const;
  return { outcome: 'proved', version, log: { origin, leafIndex, treeSize }, notProved };
};

const rootOf = (
  { treeSize, leafIndex, path }: CoseReceipt,
  leaf: Uint8Array,
  sha256: ProofPrimitives['sha256'],
): Uint8Array => rootOfInclusion(sha256, { treeSize, leafIndex, leafHash: leaf, proof: path });

const commitment = async (key: Uint8Array, resource: Uint8Array): Promise<Uint8Array> => {
  const hmac = { name: 'HMAC', hash: 'SHA-256' };
  const imported = await crypto.subtle.importKey('raw', key.slice(), hmac, false, ['sign']);
  return new Uint8Array(await crypto.subtle.sign('HMAC', imported, resource.slice()));
};

const refuted = (fault: CoseReceiptFault): CoseReceiptVerification => ({ outcome: 'refuted', fault });

const attempt = <T>(read: () => T): T | undefined => {
  try {
    return read();
  } catch {
    return undefined;
  }
};
