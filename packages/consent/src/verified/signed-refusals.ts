/** The patient's no: words without a sequence, enforced from the moment they are held (Law 3, consent-semantics A3). */
import type { PublicKey } from '../directive/public-key.ts';
import type { Signers } from '../directive/signers.ts';
import type { HeldWord, UnverifiedPatient } from './patient-state.ts';
import { StateFault } from './state-fault.ts';
import { verifyHeld, type SignedWord } from './verify-held.ts';

export type SignedFreeze = { readonly issuedAt: number; readonly held: HeldWord };

export type SignedRefusals = { readonly revoked: ReadonlySet<string>; readonly freezes: readonly SignedFreeze[] };

/**
 * Counts them whatever the ledger answered: a revocation that overtook its grant, or that a rotation overtook, is refused there,
 * but was acknowledged here. Such a word does not say when it was signed, so any key of the chain may have signed it; a proxy's or a registrar's counts
 * if it came in time.
 * @throws StateFault `signature`, `held-mismatch`
 */
export const signedRefusals = async (
  input: UnverifiedPatient,
  signers: Signers,
  keys: readonly PublicKey[],
): Promise<SignedRefusals> => {
  const revoked = new Set<string>();
  const freezes: SignedFreeze[] = [];
  for (const held of input.held) {
    if (!refusing.has(held.operation)) continue;
    const { directive, timely } = await verifyByAny(held, signers, keys, input);
    if (timely === 'too late') continue;
    if (directive.operation === 'revoke') revoked.add(directive.consentId);
    if (directive.operation === 'freeze') freezes.push({ issuedAt: directive.issuedAt, held });
  }
  return { revoked, freezes };
};

const refusing: ReadonlySet<string> = new Set(['revoke', 'freeze', 'dismiss-proxy'] satisfies HeldWord['operation'][]);

const verifyByAny = async (
  held: HeldWord,
  signers: Signers,
  keys: readonly PublicKey[],
  input: UnverifiedPatient,
): Promise<SignedWord> => {
  if (signers.kind === 'attested') return verifyHeld(held, signers, input);
  let fault: unknown;
  for (const patient of keys.toReversed()) {
    try {
      return await verifyHeld(held, { ...signers, patient }, input);
    } catch (error) {
      if (!(error instanceof StateFault) || error.fault !== 'signature') throw error;
      fault = error;
    }
  }
  throw fault;
};
