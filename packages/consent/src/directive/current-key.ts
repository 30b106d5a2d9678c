import { DirectiveError } from './directive-error.ts';
import { parseEnrolment, verifyEnrolment } from './enrolment.ts';
import { payloadDigest } from './commitment.ts';
import { verifyDirective } from './verify-directive.ts';
import type { PublicKey } from './public-key.ts';

/** What the chain of keys needs to know of a directive that a custodian holds. */
export type HeldRotation = {
  readonly operation: string;
  /** Compact JWS. */
  readonly jws: string;
  readonly sequence?: number;
  readonly ledger: { readonly state: 'pending' | 'refused' | 'committed' };
};

/**
 * The key that signs for a handle now: the one enrolled, then that of each rotation which the ledger has committed, each
 * verified by the one before. A rotation that is still pending changes nothing yet, here as on the ledger.
 * @throws DirectiveError if the chain does not hold
 */
export const currentKey = (enrolmentJws: string, held: readonly HeldRotation[]): Promise<PublicKey> =>
  chain(enrolmentJws, rotationsOf(held));

/**
 * The key that had to sign a directive when it was taken: the current one, unless it is a rotation (by its `payloadDigest`) or
 * has a sequence before one. With it the same payload can be verified again after the key has changed.
 * @throws DirectiveError if the chain does not hold
 */
export const keyThatSigned = (
  enrolmentJws: string,
  held: readonly HeldRotation[],
  directive: { readonly digest: string; readonly sequence?: number },
): Promise<PublicKey> => {
  const { digest, sequence } = directive;
  const rotations = rotationsOf(held);
  const own = rotations.findIndex((rotation) => payloadDigest(rotation.jws) === digest);
  if (own >= 0) return chain(enrolmentJws, rotations.slice(0, own));
  const before = sequence === undefined ? rotations : rotations.filter((each) => (each.sequence ?? 0) < sequence);
  return chain(enrolmentJws, before);
};

const rotationsOf = (held: readonly HeldRotation[]): readonly HeldRotation[] =>
  held
    .filter(({ operation, ledger }) => operation === 'rotate-key' && ledger.state === 'committed')
    .sort((a, b) => (a.sequence ?? 0) - (b.sequence ?? 0));

const chain = async (enrolmentJws: string, rotations: readonly HeldRotation[]): Promise<PublicKey> => {
  const { network, patient, publicKey } = await verifyEnrolment(enrolmentJws, parseEnrolment(enrolmentJws));
  let key = publicKey;
  for (const { jws } of rotations) {
    const signer = key;
    const directive = await verifyDirective(jws, { network, patient, keyOf: () => signer });
    if (directive.operation !== 'rotate-key')
      throw new DirectiveError('payload', 'held as a rotation, signed as something else');
    key = directive.publicKey;
  }
  return key;
};
