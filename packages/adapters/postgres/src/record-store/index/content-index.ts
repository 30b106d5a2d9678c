import { everyReference, extractIndex, patientCompartment } from '@chartseal/fhir';
import { ChartsealError } from '@chartseal/ports';
import type { Indexed } from './index-rows.ts';

/** What a stored version, not a deletion, is found by: made of its content anew. */
export type ContentIndex = (content: string) => Indexed;

const parse = (content: string): { readonly resourceType: string } => {
  try {
    return JSON.parse(content) as { readonly resourceType: string };
  } catch {
    // The parser's own error repeats content.
    throw new ChartsealError('corrupt', 'the content of a stored version is not JSON');
  }
};

/** As a version is sealed. @param fhirBaseUrl without a trailing slash */
export const contentIndex =
  (fhirBaseUrl: string): ContentIndex =>
  (content) => {
    const resource = parse(content);
    return {
      index: extractIndex(resource, fhirBaseUrl),
      patients: patientCompartment(resource, fhirBaseUrl).flatMap((subject) =>
        subject.kind === 'local' ? [subject.id] : [],
      ),
      references: everyReference(resource, fhirBaseUrl),
    };
  };
