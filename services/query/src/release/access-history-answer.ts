/** A patient's own access history as a searchset. Each entry that is told whole has a link to its proof. */
import { composedAnswer, fhirJson, type Answer } from './answer.ts';
import type { Released } from './released.ts';

type Place = { readonly consentBaseUrl: string; readonly fhirBaseUrl: string };

const entry = ({ consentBaseUrl, fhirBaseUrl }: Place, { version: { id }, text, form }: Released): string => {
  const proof = [{ relation: 'proof', url: `${consentBaseUrl}/AuditEvent/${id}/$proof` }];
  const link = form === 'whole' ? `,"link":${JSON.stringify(proof)}` : '';
  return `{"fullUrl":${JSON.stringify(`${fhirBaseUrl}/AuditEvent/${id}`)}${link},"resource":${text},"search":{"mode":"match"}}`;
};

/** @param next the words of the page after this one */
export const accessHistoryAnswer = (place: Place, released: readonly Released[], next: string | undefined): Answer =>
  composedAnswer(fhirJson, released, (all) => {
    const url = `${place.consentBaseUrl}/AuditEvent?${next ?? ''}`;
    const link = next === undefined ? '' : `,"link":${JSON.stringify([{ relation: 'next', url }])}`;
    const entries = all.length === 0 ? '' : `,"entry":[${all.map((one) => entry(place, one)).join(',')}]`;
    return `{"resourceType":"Bundle","type":"searchset"${link}${entries}}`;
  });
