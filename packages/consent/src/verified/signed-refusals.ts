/** The patient's no: words without a sequence, enforced from the moment they are held (Law 3, consent-semantics A3). */
import { thumbprint, type PublicKey } from '../directive/public-key.ts';
import { parseJws } from '../directive/jws.ts';
import { directiveTyp, type Directive } from '../directive/directive.ts';
import { DirectiveError } from '../directive/directive-error.ts';
import type { HeldWord, UnverifiedPatient } from './patient-state.ts';
import { StateFault } from './state-fault.ts';
import { verifyHeld } from './verify-held.ts';

export type SignedFreeze = { readonly issuedAt: number; readonly held: HeldWord };

export type SignedRefusals = { readonly revoked: ReadonlySet<string>; readonly freezes: readonly SignedFreeze[] };

/**
 * Counts them whatever the ledger answered: a revocation that overtook its grant, or that a rotation overtook, is refused there,
 * but was acknowledged here. Such a word does not say when it was signed, so any key of the chain may have signed it.
 * @throws StateFault `signature`, `held-mismatch`
 */
export const signedRefusals = async (input: UnverifiedPatient, keys: readonly PublicKey[]): Promise<SignedRefusals> => {
  const byThumbprint = new Map(await Promise.all(keys.map(async (key) => [await thumbprint(key), key] as const)));
  const revoked = new Set<string>();
  const freezes: SignedFreeze[] = [];
  for (const held of input.held) {
    if (held.operation !== 'revoke' && held.operation !== 'freeze') continue;
    const key = byThumbprint.get(signerOf(held));
    if (key === undefined) throw new StateFault('signature');
    const directive: Directive = await verifyHeld(held, key, input);
    if (directive.operation === 'revoke') revoked.add(directive.consentId);
    else freezes.push({ issuedAt: directive.issuedAt, held });
  }
  return { revoked, freezes };
};

const signerOf = ({ jws }: HeldWord): string => {
  try {
    return parseJws(jws, directiveTyp).kid;
  } catch (cause) {
    if (cause instanceof DirectiveError) throw new StateFault('signature', { cause });
    throw cause;
  }
};
