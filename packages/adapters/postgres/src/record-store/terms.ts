import { hash } from 'node:crypto';
import type { RecordKey, SealedVersion } from '@chartseal/ports';

/**
 * What a record is found by is a hash of 128 bits: of equal size however long a value is (a btree takes 2.7 kB at
 * most), and no second copy of PHI. A row is found by its `term`; `qualifier` narrows it.
 */
const digest = (...parts: readonly string[]): Buffer => hash('sha256', JSON.stringify(parts), 'buffer').subarray(0, 16);

export const noQualifier: Uint8Array = Buffer.alloc(16);

export const systemQualifier = (system: string | null): Uint8Array =>
  system === null ? noQualifier : digest('system', system);

export const typeQualifier = (resourceType: string): Uint8Array => digest('type', resourceType);

export const tokenTerm = (type: string, code: string, value: string): Uint8Array => digest('token', type, code, value);

export const tokenSystemTerm = (type: string, code: string, system: string): Uint8Array =>
  digest('token-system', type, code, system);

export const referenceTerm = (type: string, code: string, id: string): Uint8Array =>
  digest('reference', type, code, id);

export const urlTerm = (type: string, code: string, url: string): Uint8Array => digest('url', type, code, url);

export const dateTerm = (type: string, code: string): Uint8Array => digest('date', type, code);

export const compartmentTerm = (patientId: string): Uint8Array => digest('compartment', patientId);

export const referrerTerm = ({ resourceType, id }: RecordKey): Uint8Array => digest('referrer', resourceType, id);

export type Term = { readonly term: Uint8Array; readonly qualifier: Uint8Array };
export type DateTerm = { readonly term: Uint8Array; readonly start: number; readonly end: number };

const distinct = (terms: readonly Term[]): readonly Term[] => [
  ...new Map(
    terms.map((entry) => [Buffer.concat([entry.term, entry.qualifier]).toString('latin1'), entry] as const),
  ).values(),
];

const plain = (term: Uint8Array): Term => ({ term, qualifier: noQualifier });

/** The index rows of a version, each once. A Patient lies in its own compartment. */
export function termsOf(
  { resourceType, id }: RecordKey,
  sealed: Pick<SealedVersion, 'index' | 'patients' | 'references'>,
): { readonly terms: readonly Term[]; readonly dates: readonly DateTerm[] } {
  const terms: Term[] = [];
  const dates: DateTerm[] = [];
  for (const entry of sealed.index) {
    const { code } = entry;
    if (entry.kind === 'date') dates.push({ term: dateTerm(resourceType, code), start: entry.start, end: entry.end });
    else if (entry.kind === 'reference-url') terms.push(plain(urlTerm(resourceType, code, entry.url)));
    else if (entry.kind === 'reference')
      terms.push({
        term: referenceTerm(resourceType, code, entry.targetId),
        qualifier: typeQualifier(entry.targetType),
      });
    else {
      terms.push({ term: tokenTerm(resourceType, code, entry.value), qualifier: systemQualifier(entry.system) });
      if (entry.system !== null) terms.push(plain(tokenSystemTerm(resourceType, code, entry.system)));
    }
  }
  const compartments = resourceType === 'Patient' ? [...sealed.patients, id] : sealed.patients;
  terms.push(...compartments.map((patient) => plain(compartmentTerm(patient))));
  terms.push(...sealed.references.map((key) => plain(referrerTerm(key))));
  return { terms: distinct(terms), dates };
}
