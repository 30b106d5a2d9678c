/** Consent-semantics A6: a registrar of the custodian signs at the word of a patient who has no key, with a hash of the paper form. */
import { DirectiveError } from './directive-error.ts';
import type { JsonObject } from './jws.ts';
import { bytes32, directoryId, requireMembers } from './payload.ts';

export type Attestation = {
  /** The name under which the custodian registered the key. */
  readonly registrar: string;
  /** base64url SHA-256 of the form that the patient signed. */
  readonly formHash: string;
};

/** The member `attested`, where there is one. @throws DirectiveError `payload` */
export const attestation = (payload: JsonObject): { readonly attested?: Attestation } => {
  if (!Object.hasOwn(payload, 'attested')) return {};
  const { attested } = payload;
  if (typeof attested !== 'object' || attested === null || Array.isArray(attested)) {
    throw new DirectiveError('payload', 'attested has a wrong form');
  }
  const members: JsonObject = attested;
  requireMembers(members, ['registrar', 'formHash']);
  return { attested: { registrar: directoryId(members, 'registrar'), formHash: bytes32(members, 'formHash') } };
};
