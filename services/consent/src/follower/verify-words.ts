import { DirectiveError, payloadDigest, verifyDirective, verifyEnrolment, type Directive } from '@chartseal/consent';
import type { LedgerWord } from './ledger-words.ts';

export type VerifiedWord = LedgerWord & { readonly directive: Directive; readonly digest: string };

export type WordsOf = {
  readonly network: string;
  readonly custodian: string;
  readonly handle: string;
  readonly enrolmentJws: string;
};

const verified = async <T>(work: () => Promise<T>): Promise<T | undefined> => {
  try {
    return await work();
  } catch (error) {
    if (error instanceof DirectiveError) return undefined;
    throw error;
  }
};

/**
 * Those that the patient signed: each by the key in force when the ledger accepted it, from the one enrolled through each rotation. What
 * does not verify is left out: members could have put it there.
 */
export const verifyWords = async (
  { network, custodian, handle: patient, enrolmentJws }: WordsOf,
  words: readonly LedgerWord[],
): Promise<readonly VerifiedWord[]> => {
  const enrolment = await verified(() => verifyEnrolment(enrolmentJws, { network, custodian, patient }));
  if (enrolment === undefined) return [];
  let key = enrolment.publicKey;
  const signed: VerifiedWord[] = [];
  for (const word of words) {
    const signer = key;
    const directive = await verified(() => verifyDirective(word.jws, { network, patient, keyOf: () => signer }));
    if (directive === undefined) continue;
    if (directive.operation === 'rotate-key') key = directive.publicKey;
    signed.push({ ...word, directive, digest: payloadDigest(word.jws) });
  }
  return signed;
};
