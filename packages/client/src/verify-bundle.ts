/** A search result, entry by entry: each resource is, byte for byte, a version that is proved. */
import { canonicalJson, parseJsonBytes, type JsonValue } from '@chartseal/fhir/json';
import { toBase64 } from '@chartseal/tlog';
import { portablePrimitives, type ProofPrimitives } from './portable-primitives.ts';
import { bytesOf, isObject } from './proof-file.ts';
import { refuted, type RefutedProof } from './proof-verdict.ts';
import type { TrustFile } from './trust-file.ts';
import type { VerifiedErasure } from './verify-erasure.ts';
import { verifyProof, type VerifiedProof } from './verify-proof.ts';
import { proofInProvenance, verifyProvenance } from './verify-provenance.ts';

export const proofsType = 'chartseal-proofs/v1';

export type ProvedEntry =
  | { readonly kind: 'proved'; readonly reference: string; readonly proof: VerifiedProof }
  /** Parts were left out or labels added for this recipient, as its `meta` says: nothing proves what is left. */
  | { readonly kind: 'altered-for-recipient'; readonly reference: string }
  /** What the gateway made of a version, which is proved: the proof is in it, and all else in it nobody signed. */
  | { readonly kind: 'provenance'; readonly reference: string; readonly of: VerifiedProof | VerifiedErasure };

export type VerifiedBundle = {
  readonly outcome: 'bundle-proved';
  readonly entries: readonly ProvedEntry[];
};

/** `at`: of the entry, `Bundle.entry[3]`, before what is wrong with its proof. */
export type BundleVerification = VerifiedBundle | RefutedProof;

type Entry = {
  readonly at: string;
  readonly reference: string;
  readonly resource: string;
  readonly isAltered: boolean;
  /** Of a Provenance that carries a proof file: the resource, and that file. */
  readonly provenance?: { readonly value: unknown; readonly file: unknown };
};

/**
 * Checks `{ type, bundle: base64 of the bytes received, proofs: [what each $proof answered] }`. Provenances in the Bundle prove what they are about, so that
 * what came with `_revinclude=Provenance:target` needs no other proofs. Not shown: that nothing that matches was left out.
 * Never throws for anything that it holds.
 */
export const verifyBundle = async (
  proofsJson: unknown,
  trust: TrustFile,
  primitives: ProofPrimitives = portablePrimitives,
): Promise<BundleVerification> => {
  if (!isObject(proofsJson) || proofsJson['type'] !== proofsType) return refuted('malformed', 'type');
  const [bundle, proofs] = [bytesOf(proofsJson['bundle']), proofsJson['proofs']];
  const entries = bundle && bundleEntries(bundle);
  if (entries === undefined) return refuted('malformed', 'bundle');
  if (!Array.isArray(proofs)) return refuted('malformed', 'proofs');
  const byResource = new Map([...carried(entries), ...proofs].map((proof) => [resourceOf(proof), proof]));
  const proved: ProvedEntry[] = [];
  for (const { at, reference, resource, isAltered, provenance } of entries) {
    const proof = byResource.get(resource);
    if (proof === undefined && provenance !== undefined) {
      const of = await verifyProvenance(provenance.value, trust, primitives);
      if (of.outcome === 'refuted') return broken(at, of);
      proved.push({ kind: 'provenance', reference, of });
      continue;
    }
    if (proof === undefined && isAltered) {
      proved.push({ kind: 'altered-for-recipient', reference });
      continue;
    }
    const verified = await verifyProof(proof, trust, primitives);
    if (verified.outcome === 'refuted') return broken(at, verified);
    proved.push({ kind: 'proved', reference, proof: verified });
  }
  return { outcome: 'bundle-proved', entries: proved };
};

const broken = (at: string, fault: RefutedProof): RefutedProof => ({
  ...fault,
  at: [at, fault.at ?? ''].join(' ').trim(),
});

const carried = (entries: readonly Entry[]): readonly unknown[] =>
  entries.flatMap(({ provenance }) => (provenance === undefined ? [] : [provenance.file]));

const resourceOf = (proof: unknown): unknown => (isObject(proof) ? proof['resource'] : undefined);

/** Each with its canonical bytes in base64; undefined for what is no Bundle of resources. OperationOutcomes are about the answer, not of it. */
export const bundleEntries = (bytes: Uint8Array): readonly Entry[] | undefined => {
  try {
    const { value, numbers } = parseJsonBytes(bytes);
    if (!isObject(value) || value['resourceType'] !== 'Bundle') return undefined;
    const entries = (value['entry'] ?? []) as readonly { readonly resource?: JsonValue }[];
    return entries.flatMap(({ resource }, index) => {
      if (!isObject(resource) || resource['resourceType'] === 'OperationOutcome') return [];
      const canonical = new TextEncoder().encode(canonicalJson(resource, numbers));
      const read = proofInProvenance(resource);
      const provenance = 'fault' in read ? {} : { provenance: { value: resource, file: read.file } };
      return [{ at: `Bundle.entry[${index}]`, ...namesOf(resource), ...provenance, resource: toBase64(canonical) }];
    });
  } catch {
    return undefined;
  }
};

const namesOf = (resource: Readonly<Record<string, unknown>>): Pick<Entry, 'reference' | 'isAltered'> => {
  const meta = isObject(resource['meta']) ? resource['meta'] : {};
  const security: readonly unknown[] = Array.isArray(meta['security']) ? meta['security'] : [];
  const reference = `${String(resource['resourceType'])}/${String(resource['id'])}/_history/${String(meta['versionId'])}`;
  const tags: readonly unknown[] = Array.isArray(meta['tag']) ? meta['tag'] : [];
  const marked = [...security, ...tags].some((label) => isObject(label) && label['code'] === 'SUBSETTED');
  return { reference, isAltered: marked || security.length > 0 };
};

/**
 * The file that `verifyBundle` checks: the bytes of a Bundle as they were received, with a proof for each entry.
 * @param fetchProof answers what `GET [base]/{reference}/$proof?version=` answers; undefined where there is none for this recipient
 */
export const proveBundle = async (
  bundle: Uint8Array,
  fetchProof: (record: string, versionId: string) => Promise<unknown>,
): Promise<object> => {
  const proofs: unknown[] = [];
  const entries = bundleEntries(bundle) ?? [];
  const proved = new Set(carried(entries).map(resourceOf));
  for (const { reference, resource } of entries) {
    if (proved.has(resource)) continue;
    const [type, id, , versionId = ''] = reference.split('/');
    const proof = await fetchProof(`${type}/${id}`, versionId);
    if (proof !== undefined) proofs.push(proof);
  }
  return { type: proofsType, bundle: toBase64(bundle), proofs };
};
