import { DirectiveError } from './directive-error.ts';
import { directiveTyp, readDirective, type Directive } from './directive.ts';
import { parseJws, verifyJws } from './jws.ts';
import { verifyKeyProof } from './key-proof.ts';
import { readPublicKey } from './public-key.ts';

/** A public key as whoever keeps it has it: a P-256 JWK. */
export type KnownKey = Readonly<Record<string, unknown>>;

export type ExpectedDirective = {
  readonly network: string;
  /** If given, no other handle is taken. */
  readonly patient?: string;
  /** The key that has to sign this for a handle now; undefined for a handle that is unknown or closed. */
  readonly keyOf: (patient: string, signed: SignedBy) => KnownKey | undefined | Promise<KnownKey | undefined>;
};

/** What a directive says of its signer: untrusted, and to be looked up only. */
export type SignedBy = { readonly kid: string; readonly directive: Directive };

/**
 * Reads a directive that the key which has to sign it signed, with the countersignature of a key that it brings. Whether its
 * sequence is the next one is for whoever keeps the state.
 * @throws DirectiveError `header`, `payload`, `network`, `patient`, `key`, `signature`, `sequence` (of a countersignature)
 */
export const verifyDirective = async (jws: string, expected: ExpectedDirective): Promise<Directive> => {
  const parsed = parseJws(jws, directiveTyp);
  const directive = readDirective(parsed);
  const { network, patient } = directive;
  if (network !== expected.network) throw new DirectiveError('network', 'signed for another network');
  if (expected.patient !== undefined && patient !== expected.patient) throw unknownPatient();
  const key = await expected.keyOf(patient, { kid: parsed.kid, directive });
  if (key === undefined) throw unknownPatient();
  await verifyJws(parsed, readPublicKey(key));
  if (directive.operation === 'rotate-key') {
    const { sequence, newKeyProof, publicKey } = directive;
    await verifyKeyProof(newKeyProof, publicKey, { network, patient, sequence });
  }
  if (directive.operation === 'appoint-proxy') {
    const { sequence, proxyProof, publicKey } = directive;
    await verifyKeyProof(proxyProof, publicKey, { network, patient, sequence });
  }
  return directive;
};

const unknownPatient = (): DirectiveError =>
  new DirectiveError('patient', 'signed for another handle, or for one that is not open');
