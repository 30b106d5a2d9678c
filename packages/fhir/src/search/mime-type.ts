/** https://hl7.org/fhir/R4/search.html#mimetype */

/** The parameters whose values are MIME types. */
export const mimeTypeCodes: ReadonlySet<string> = new Set(['contenttype', 'format']);

/** Without its parameters: `text/xml` of `text/xml; charset=UTF-8`. RFC 2045 §5.1: whatever the case. */
export const mimeTypeBase = (value: string): string => (value.split(';')[0] ?? '').trim().toLowerCase();
