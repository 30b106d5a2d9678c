import { DirectiveError } from '../directive/directive-error.ts';
import type { Directive, PutDirective } from '../directive/directive.ts';
import { verifyEnrolment } from '../directive/enrolment.ts';
import { readPublicKey, type PublicKey } from '../directive/public-key.ts';
import type { HeldWord, UnverifiedPatient } from './patient-state.ts';
import { StateFault } from './state-fault.ts';
import { verifyHeld } from './verify-held.ts';

export type SignedPut = { readonly directive: PutDirective; readonly held: HeldWord };
export type SignedUnfreeze = { readonly issuedAt: number; readonly receivedAt: number };

/** All that took a sequence, each word signed by the key in force at it. */
export type SignedHistory = {
  /** From the one enrolled to the one that signs now. */
  readonly keys: readonly PublicKey[];
  readonly puts: readonly SignedPut[];
  readonly unfreezes: readonly SignedUnfreeze[];
};

/**
 * Follows the patient's own words from the enrolment up to the ledger's sequence.
 * @throws StateFault `enrolment`, `signature`, `held-mismatch`, `key-chain`, `sequence-gap`, `sequence-reused`, `missing-directive`,
 * `ledger-behind`
 */
export const signedHistory = async (input: UnverifiedPatient): Promise<SignedHistory> => {
  let key = await enrolledKey(input);
  const keys = [key];
  const puts: SignedPut[] = [];
  const unfreezes: SignedUnfreeze[] = [];
  for (const held of wordsBySequence(input)) {
    const directive: Directive = await verifyHeld(held, key, input);
    if (directive.operation === 'put') puts.push({ directive, held });
    if (directive.operation === 'unfreeze') {
      unfreezes.push({ issuedAt: directive.issuedAt, receivedAt: held.receivedAt });
    }
    if (directive.operation === 'rotate-key') {
      key = directive.publicKey;
      keys.push(key);
    }
  }
  if (!isKeyOf(input, key)) throw new StateFault('key-chain');
  return { keys, puts, unfreezes };
};

const enrolledKey = async ({ network, handle, enrolmentJws, ledger }: UnverifiedPatient): Promise<PublicKey> => {
  try {
    const expected = { network, patient: handle, custodian: ledger.custodian };
    return (await verifyEnrolment(enrolmentJws, expected)).publicKey;
  } catch (cause) {
    if (cause instanceof DirectiveError) throw new StateFault('enrolment', { cause });
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
