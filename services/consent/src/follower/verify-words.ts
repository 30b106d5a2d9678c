import {
  DirectiveError,
  payloadDigest,
  signerOf,
  verifyDirective,
  verifyEnrolment,
  type Directive,
  type Proxy,
  type PublicKey,
  type Registrar,
  type SignedBy,
  type Signers,
} from '@chartseal/consent';
import type { LedgerWord } from './ledger-words.ts';

export type VerifiedWord = LedgerWord & { readonly directive: Directive; readonly digest: string };

export type WordsOf = {
  readonly network: string;
  readonly custodian: string;
  readonly handle: string;
  readonly enrolmentJws: string;
  /** The custodian's own, those whose time is over too. */
  readonly registrars: readonly Registrar[];
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
 * Those that the patient signed, or who may sign for the patient: each by the keys in force when the ledger accepted it, from the one enrolled
 * through each rotation and appointment. What does not verify is left out: members could have put it there. Whether a proxy signed in time is for whoever
 * decides by it.
 */
export const verifyWords = async (
  { network, custodian, handle: patient, enrolmentJws, registrars }: WordsOf,
  words: readonly LedgerWord[],
): Promise<readonly VerifiedWord[]> => {
  const enrolment = await verified(() => verifyEnrolment(enrolmentJws, { network, custodian, patient }));
  if (enrolment === undefined) return [];
  const isOwn = enrolment.attested === undefined;
  let patientKey = enrolment.publicKey;
  const proxies: Proxy[] = [];
  const signed: VerifiedWord[] = [];
  for (const word of words) {
    const signers: Signers = isOwn ? { kind: 'own', patient: patientKey, proxies } : { kind: 'attested', registrars };
    const keyOf = async (_patient: string, by: SignedBy): Promise<PublicKey | undefined> =>
      (await signerOf(signers, by, 0))?.publicKey;
    const directive = await verified(() => verifyDirective(word.jws, { network, patient, keyOf }));
    if (directive === undefined) continue;
    if (directive.operation === 'rotate-key') patientKey = directive.publicKey;
    if (directive.operation === 'appoint-proxy') proxies.push(directive);
    signed.push({ ...word, directive, digest: payloadDigest(word.jws) });
  }
  return signed;
};
