import { DirectiveError } from '../directive/directive-error.ts';
import { dismissalsOf, withDismissal } from '../directive/current-signers.ts';
import type { PutDirective } from '../directive/directive.ts';
import { verifyEnrolment, type Enrolment } from '../directive/enrolment.ts';
import { readPublicKey, type PublicKey } from '../directive/public-key.ts';
import type { Proxy, Registrar, Signers } from '../directive/signers.ts';
import type { HeldWord, UnverifiedPatient } from './patient-state.ts';
import { StateFault } from './state-fault.ts';
import { verifyHeld, type SignedWord } from './verify-held.ts';

/** `timely`: whether whoever signed it still might; what came too late is in the history and not in force. */
export type SignedPut = {
  readonly directive: PutDirective;
  readonly held: HeldWord;
  readonly timely: SignedWord['timely'];
};
export type SignedUnfreeze = { readonly issuedAt: number; readonly receivedAt: number };

/** All that took a sequence, each word signed by a key in force at it. */
export type SignedHistory = {
  /** Who signs now, with every proxy that was ever appointed. */
  readonly signers: Signers;
  /** The patient's keys that were rotated away, and the one that signs now. */
  readonly keys: readonly PublicKey[];
  readonly puts: readonly SignedPut[];
  readonly unfreezes: readonly SignedUnfreeze[];
};

/**
 * Follows the patient's own words, and those of proxies whom the patient appointed, from the enrolment up to the ledger's sequence; for a patient
 * without a key a registrar's words.
 * @throws StateFault `enrolment`, `signature`, `held-mismatch`, `key-chain`, `sequence-gap`, `sequence-reused`, `missing-directive`,
 * `ledger-behind`
 */
export const signedHistory = async (input: UnverifiedPatient): Promise<SignedHistory> => {
  const enrolment = await enrolled(input);
  const dismissals = signedDismissals(input);
  const isOwn = enrolment.attested === undefined;
  const registrars = isOwn ? [] : registrarsOf(input, enrolment);
  const keys = [enrolment.publicKey];
  const proxies: Proxy[] = [];
  let patient = enrolment.publicKey;
  const puts: SignedPut[] = [];
  const unfreezes: SignedUnfreeze[] = [];
  const signersNow = (): Signers => (isOwn ? { kind: 'own', patient, proxies } : { kind: 'attested', registrars });
  for (const held of wordsBySequence(input)) {
    const { directive, timely } = await verifyHeld(held, signersNow(), input);
    if (directive.operation === 'put') puts.push({ directive, held, timely });
    if (directive.operation === 'unfreeze') {
      unfreezes.push({ issuedAt: directive.issuedAt, receivedAt: held.receivedAt });
    }
    if (directive.operation === 'rotate-key') {
      patient = directive.publicKey;
      keys.push(patient);
    }
    if (directive.operation === 'appoint-proxy') proxies.push(withDismissal(directive, dismissals));
  }
  if (isOwn && !isKeyOf(input, patient)) throw new StateFault('key-chain');
  return { signers: signersNow(), keys: isOwn ? keys : [], puts, unfreezes };
};

const enrolled = async ({ network, handle, enrolmentJws, ledger }: UnverifiedPatient): Promise<Enrolment> => {
  try {
    return await verifyEnrolment(enrolmentJws, { network, patient: handle, custodian: ledger.custodian });
  } catch (cause) {
    if (cause instanceof DirectiveError) throw new StateFault('enrolment', { cause });
    throw cause;
  }
};

/** Whoever opened the handle for the patient has to be known here, or the whole of it rests on nobody. */
const registrarsOf = (
  { registrars = [] }: UnverifiedPatient,
  { attested, publicKey }: Enrolment,
): readonly Registrar[] => {
  const isKnown = registrars.some(
    ({ registrar, publicKey: { x, y } }) => registrar === attested?.registrar && x === publicKey.x && y === publicKey.y,
  );
  if (!isKnown) throw new StateFault('enrolment');
  return registrars;
};

/** A dismissal only takes away, so it counts before anybody has looked at its signature. */
const signedDismissals = ({ held }: UnverifiedPatient): ReadonlyMap<string, number> => {
  try {
    return dismissalsOf(held);
  } catch (cause) {
    if (cause instanceof DirectiveError) throw new StateFault('held-mismatch', { cause });
    throw cause;
  }
};

const isKeyOf = ({ ledger }: UnverifiedPatient, { x, y }: PublicKey): boolean => {
  try {
    const known = readPublicKey(ledger.publicKey);
    return known.x === x && known.y === y;
  } catch (cause) {
    if (cause instanceof DirectiveError) return false;
    throw cause;
  }
};

/** One word for each sequence from 1 to the ledger's, without a gap. */
const wordsBySequence = (input: UnverifiedPatient): readonly HeldWord[] => {
  const { held, ledger } = input;
  const bySequence = Map.groupBy(
    held.filter((word) => word.sequence !== undefined && word.ledger.state !== 'refused'),
    (word) => word.sequence,
  );
  // A shortened state would hide the patient's later denials.
  const isBehind = held.some((word) => word.ledger.state === 'committed' && (word.sequence ?? 0) > ledger.sequence);
  if (isBehind) throw new StateFault('ledger-behind');
  const words: HeldWord[] = [];
  for (let sequence = 1; sequence <= ledger.sequence; sequence += 1) {
    words.push(wordAt(sequence, bySequence.get(sequence) ?? [], input));
  }
  return words;
};

/**
 * What was committed at a sequence. The ledger may be ahead of what we have recorded of its answers: then the one pending word that
 * accounts for what it says is the one. The patient signed that too, so it gives nobody more than the patient did.
 */
const wordAt = (sequence: number, words: readonly HeldWord[], { ledger }: UnverifiedPatient): HeldWord => {
  const committed = words.filter((word) => word.ledger.state === 'committed');
  if (committed.length > 1) throw new StateFault('sequence-reused');
  const consent = Object.entries(ledger.directives).find(([, each]) => each.sequence === sequence);
  const fitting = words.filter((word) =>
    consent === undefined ? word.operation !== 'put' : word.operation === 'put' && word.consentId === consent[0],
  );
  const word = committed[0] ?? (fitting.length === 1 ? fitting[0] : undefined);
  if (word === undefined) throw new StateFault(consent === undefined ? 'sequence-gap' : 'missing-directive');
  return word;
};
