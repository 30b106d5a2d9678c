import { payloadDigest } from '../directive/commitment.ts';
import { DirectiveError } from '../directive/directive-error.ts';
import type { Directive } from '../directive/directive.ts';
import type { PublicKey } from '../directive/public-key.ts';
import { verifyDirective } from '../directive/verify-directive.ts';
import type { HeldWord, UnverifiedPatient } from './patient-state.ts';
import { StateFault } from './state-fault.ts';

/** What a held word says, signed by this key for this handle. @throws StateFault `signature`, `held-mismatch` */
export const verifyHeld = async (
  held: HeldWord,
  key: PublicKey,
  { network, handle }: UnverifiedPatient,
): Promise<Directive> => {
  const directive = await directiveOf(held, key, network, handle);
  const consentId = 'consentId' in directive ? directive.consentId : undefined;
  const sequence = 'sequence' in directive ? directive.sequence : undefined;
  const isAsSigned =
    held.operation === directive.operation &&
    held.consentId === consentId &&
    held.sequence === sequence &&
    held.digest === payloadDigest(held.jws);
  if (!isAsSigned) throw new StateFault('held-mismatch');
  return directive;
};

const directiveOf = async ({ jws }: HeldWord, key: PublicKey, network: string, patient: string): Promise<Directive> => {
  try {
    return await verifyDirective(jws, { network, patient, keyOf: () => key });
  } catch (cause) {
    if (cause instanceof DirectiveError) throw new StateFault('signature', { cause });
    throw cause;
  }
};
