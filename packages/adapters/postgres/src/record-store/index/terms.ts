import { hash } from 'node:crypto';
import type { RecordKey } from '@chartseal/ports';

/**
 * What a record is found by is a hash of 128 bits: of equal size however long a value is (a btree takes 2.7 kB at
 * most), and no second copy of PHI. A row is found by its `term`; `qualifier` narrows it.
 */
export const digest = (...parts: readonly string[]): Buffer =>
  hash('sha256', JSON.stringify(parts), 'buffer').subarray(0, 16);

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

export const compartmentTerm = (patientId: string): Uint8Array => digest('compartment', patientId);

export const referrerTerm = ({ resourceType, id }: RecordKey): Uint8Array => digest('referrer', resourceType, id);

/** What the rows of a composite compare instead of a text. */
export const valueDigest = (value: string): Uint8Array => digest('value', value);

/** The text as written: what `:exact` compares. */
export const exactDigest = (value: string): Uint8Array => digest('exact', value);

export const unitDigest = (unit: string): Uint8Array => digest('unit', unit);

export const codedUnitDigest = (system: string, code: string): Uint8Array => digest('coded-unit', system, code);
