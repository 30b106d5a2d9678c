/** DESIGN §6 Consent 3, rotate-key: the new key says itself that it takes over, at this sequence of this handle. */
import { DirectiveError } from './directive-error.ts';
import { parseJws, verifyJws } from './jws.ts';
import { handle, networkId, requireMembers, sequenceNumber } from './payload.ts';
import type { PublicKey } from './public-key.ts';

export const keyProofTyp = 'chartseal-key+jws';

export type KeyProof = { readonly network: string; readonly patient: string; readonly sequence: number };

/** @throws DirectiveError `header`, `payload`, `key`, `signature`, `network`, `patient`, `sequence` */
export const verifyKeyProof = async (jws: string, newKey: PublicKey, expected: KeyProof): Promise<void> => {
  const parsed = parseJws(jws, keyProofTyp);
  requireMembers(parsed.payload, ['network', 'patient', 'sequence']);
  const proof: KeyProof = {
    network: networkId(parsed.payload, 'network'),
    patient: handle(parsed.payload, 'patient'),
    sequence: sequenceNumber(parsed.payload, 'sequence'),
  };
  await verifyJws(parsed, newKey);
  for (const name of ['network', 'patient', 'sequence'] as const) {
    if (proof[name] !== expected[name]) throw new DirectiveError(name, `newKeyProof was signed for another ${name}`);
  }
};
