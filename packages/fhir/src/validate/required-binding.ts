import type { CodeSet } from '../definitions/value-sets.ts';

type Coding = { readonly system?: unknown; readonly code?: unknown };

const isListed = ({ system, code }: Coding, { tokens }: CodeSet): boolean =>
  typeof system === 'string' && typeof code === 'string' && tokens.has(`${system}|${code}`);

/**
 * A required binding, https://hl7.org/fhir/R4/terminologies.html#required: a code must be of the value set, and a
 * CodeableConcept must have a coding that is. Undefined if it holds.
 */
export const codeFault = (type: string, codes: CodeSet, value: unknown): string | undefined => {
  const fault = 'is not a code of the required value set';
  if (type === 'code') return codes.codes.has(value as string) ? undefined : fault;
  if (type === 'Coding') return isListed(value as Coding, codes) ? undefined : fault;
  if (type !== 'CodeableConcept') return undefined;
  const { coding } = value as { readonly coding?: unknown };
  if (!Array.isArray(coding)) return 'needs a code of the required value set';
  return coding.some((item) => item !== null && typeof item === 'object' && isListed(item as Coding, codes))
    ? undefined
    : fault;
};
