import type { RecordKey } from '@chartseal/ports';
import { digest } from './digest.ts';

/** A row of `term` is found by its term; its qualifier narrows it. */
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

/** A record of the type that is about that Patient. */
export const subjectTerm = (type: string, patientId: string): Uint8Array => digest('subject', type, patientId);

/** A term whose last part is an id, computed by PostgreSQL. An id needs no escape in JSON (R4 datatypes.html#id). */
const computedTerm = (parts: readonly string[], id: string): string => {
  const head = `${JSON.stringify(parts).slice(0, -1)},"`;
  return `encode(substring(sha256(convert_to('${head}' || ${id} || '"]', 'UTF8')) from 1 for 16), 'hex')::uuid`;
};

/** @param id an expression of SQL */
export const computedSubjectTerm = (type: string, id: string): string => computedTerm(['subject', type], id);

/** Of `former_subject`: a record of which a version was about that Patient. */
export const formerTerm = (patientId: string): Uint8Array => digest('former', patientId);

/** @param id an expression of SQL */
export const computedFormerTerm = (id: string): string => computedTerm(['former'], id);

/** In place of former terms that nobody knows. */
export const unknownFormer: Uint8Array = Buffer.alloc(16);

/** Of a subject's term where the record has others beside: `facets.o` names all. */
export const sharedQualifier: Uint8Array = digest('shared');

export const referrerTerm = ({ resourceType, id }: RecordKey): Uint8Array => digest('referrer', resourceType, id);

/** What the rows of a composite compare instead of a text. */
export const valueDigest = (value: string): Uint8Array => digest('value', value);

/** The text as written: what `:exact` compares. */
export const exactDigest = (value: string): Uint8Array => digest('exact', value);

export const unitDigest = (unit: string): Uint8Array => digest('unit', unit);

export const codedUnitDigest = (system: string, code: string): Uint8Array => digest('coded-unit', system, code);
