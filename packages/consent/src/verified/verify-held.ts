import { payloadDigest } from '../directive/commitment.ts';
import { DirectiveError } from '../directive/directive-error.ts';
import type { Directive } from '../directive/directive.ts';
import { signerOf, type Signer, type Signers } from '../directive/signers.ts';
import { verifyDirective } from '../directive/verify-directive.ts';
import type { HeldWord, UnverifiedPatient } from './patient-state.ts';
import { StateFault } from './state-fault.ts';

/** `timely`: whether its signer still might when the custodian received it. What came too late was signed all the same. */
export type SignedWord = { readonly directive: Directive; readonly timely: Signer['timely'] };

/** What a held word says, signed for this handle by one of those. @throws StateFault `signature`, `held-mismatch` */
export const verifyHeld = async (
  held: HeldWord,
  signers: Signers,
  { network, handle }: UnverifiedPatient,
): Promise<SignedWord> => {
  const word = await signedWord(held, signers, network, handle);
  const { directive } = word;
  const consentId = 'consentId' in directive ? directive.consentId : undefined;
  const sequence = 'sequence' in directive ? directive.sequence : undefined;
  const isAsSigned =
    held.operation === directive.operation &&
    held.consentId === consentId &&
    held.sequence === sequence &&
    held.digest === payloadDigest(held.jws);
  if (!isAsSigned) throw new StateFault('held-mismatch');
  return word;
};

const signedWord = async (
  { jws, receivedAt }: HeldWord,
  signers: Signers,
  network: string,
  patient: string,
): Promise<SignedWord> => {
  let timely: Signer['timely'] = 'too late';
  try {
    const directive = await verifyDirective(jws, {
      network,
      patient,
      keyOf: async (_patient, signed) => {
        const signer = await signerOf(signers, signed, receivedAt);
        if (signer === undefined) return undefined;
        timely = signer.timely;
        return signer.publicKey;
      },
    });
    return { directive, timely };
  } catch (cause) {
    if (cause instanceof DirectiveError) throw new StateFault('signature', { cause });
    throw cause;
  }
};
