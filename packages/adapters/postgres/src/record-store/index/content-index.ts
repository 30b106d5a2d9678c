import { everyReference, extractIndex, patientCompartment } from '@chartseal/fhir';
import type { Indexed } from './index-rows.ts';

/** What a stored version, not a deletion, is found by: made of its content anew. */
export type ContentIndex = (content: string) => Indexed;

/** As a version is sealed. @param fhirBaseUrl without a trailing slash */
export const contentIndex =
  (fhirBaseUrl: string): ContentIndex =>
  (content) => {
    const resource = JSON.parse(content) as { readonly resourceType: string };
    return {
      index: extractIndex(resource, fhirBaseUrl),
      patients: patientCompartment(resource, fhirBaseUrl).flatMap((subject) =>
        subject.kind === 'local' ? [subject.id] : [],
      ),
      references: everyReference(resource, fhirBaseUrl),
    };
  };
