import { canonicalJson, parseJsonBytes, type JsonValue } from '@chartseal/fhir/json';
import { equalBytes, fromBase64 } from '@chartseal/tlog';

/** DESIGN §6, Log: `application/vnd.chartseal.proof+json`. Every member is untrusted. */
export type ProofFile = {
  readonly network: string;
  /** The canonical bytes of the version. */
  readonly resource: Uint8Array<ArrayBuffer>;
  /** 32 bytes. */
  readonly key: Uint8Array<ArrayBuffer>;
  /** 32 bytes: what the log holds of the version. */
  readonly entry: Uint8Array<ArrayBuffer>;
  /** C2SP tlog-proof. */
  readonly proof: string;
  readonly receipt: { readonly type: string } & Readonly<Record<string, unknown>>;
};

/** Which version a proof is about. */
export type ProvedVersion = {
  readonly resourceType: string;
  readonly id: string;
  readonly versionId: string;
  readonly state: 'content' | 'deletion';
};

/** The proof file, or the name of the first member that is not as it must be. */
export const readProofFile = (value: unknown): ProofFile | { readonly fault: string } => {
  if (!isObject(value) || value['type'] !== 'chartseal-proof/v1') return { fault: 'type' };
  const { network, proof } = value;
  const receipt = readReceipt(value['receipt']);
  const [resource, key, entry] = [bytesOf(value['resource']), bytesOf(value['key']), bytesOf(value['entry'])];
  if (typeof network !== 'string') return { fault: 'network' };
  if (resource === undefined) return { fault: 'resource' };
  if (key?.length !== 32) return { fault: 'key' };
  if (entry?.length !== 32) return { fault: 'entry' };
  if (typeof proof !== 'string') return { fault: 'proof' };
  if (receipt === undefined) return { fault: 'receipt' };
  return { network, resource, key, entry, proof, receipt };
};

/**
 * The version that canonical bytes are of; undefined if they are no resource, or not canonical: a resource must have one
 * spelling alone, or two people could hold different bytes of it and both be right.
 */
export const readCanonicalVersion = (bytes: Uint8Array): ProvedVersion | undefined => {
  try {
    const { value, numbers } = parseJsonBytes(bytes);
    const canonical = new TextEncoder().encode(canonicalJson(value, numbers));
    return equalBytes(canonical, bytes) ? versionOf(value) : undefined;
  } catch {
    return undefined;
  }
};

const versionOf = (value: JsonValue): ProvedVersion | undefined => {
  if (!isObject(value) || !isObject(value['meta'])) return undefined;
  const { resourceType, id, deleted } = value;
  const { versionId } = value['meta'];
  if (typeof resourceType !== 'string' || typeof id !== 'string' || typeof versionId !== 'string') return undefined;
  return { resourceType, id, versionId, state: deleted === true ? 'deletion' : 'content' };
};

/** Undefined unless it is canonical base64. */
export const bytesOf = (text: unknown): Uint8Array<ArrayBuffer> | undefined =>
  typeof text === 'string' ? fromBase64(text)?.slice() : undefined;

/** Of any kind of ledger; undefined for what is none. */
export const readReceipt = (receipt: unknown): ProofFile['receipt'] | undefined =>
  isObject(receipt) && typeof receipt['type'] === 'string' ? { ...receipt, type: receipt['type'] } : undefined;

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
